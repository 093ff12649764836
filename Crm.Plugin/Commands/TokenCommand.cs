using System.CommandLine;
using System.Globalization;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Commands;

/// <summary><c>token</c>: bearer tokens of the HTTP API; each may do what its user may.</summary>
internal static class TokenCommand
{
    public static Command Create(Terminal terminal) =>
        new("token", "Bearer tokens of the HTTP API (/api/v1); a token may do what its user may.") { CreateToken(terminal), List(terminal), Revoke(terminal) };

    private static Command CreateToken(Terminal terminal)
    {
        var user = new Option<string>("--user") { Description = "Whose rights the token has.", HelpName = "LOGIN", Required = true };
        var label = new Option<string?>("--label") { Description = "What it is for.", HelpName = "TEXT" };
        var command = new Command("create", "Make a token and print it. It is shown this once: only its hash is kept.") { user, label, CommonOptions.Json };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var login = parsed.GetRequiredValue(user);
            var database = context.Get<CrmDbContext>();
            var account = await database.Set<UserAccount>().FirstOrDefaultAsync(a => a.Login == login, cancellation)
                ?? throw new CommandFailure("user.unknown", $"There is no account {login}: an ERP user has one from the first sign-in on, others by crm user add.");
            if (!account.IsActive)
            {
                throw new CommandFailure("user.disabled", $"{login} is disabled: a token would open nothing.");
            }

            var text = TokenText.Create();
            var token = new ApiToken { UserId = account.Id, Label = parsed.GetValue(label) ?? "", Hash = TokenText.Hash(text), CreatedAt = context.Get<TimeProvider>().GetUtcNow() };
            database.Add(token);
            await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
            await database.SaveChangesAsync(cancellation);
            context.Get<AuditLog>().Note(database, "token.created", "token", token.Id.ToString(CultureInfo.InvariantCulture), $$"""{"user":{{System.Text.Json.JsonSerializer.Serialize(login)}}}""");
            await database.SaveChangesAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.PrintJson(new { token.Id, User = login, token.Label, Token = text });
            }
            else
            {
                await terminal.Out.WriteLineAsync(text);
                await terminal.Error.WriteLineAsync($"Token {token.Id.ToString(CultureInfo.InvariantCulture)} of {login}. Keep it: it cannot be shown again.");
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "All tokens, without their secret.") { CommonOptions.Json };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var database = context.Get<CrmDbContext>();
            var tokens = await (
                from token in database.Set<ApiToken>()
                join account in database.Set<UserAccount>() on token.UserId equals account.Id into accounts
                from owner in accounts.DefaultIfEmpty()
                orderby token.Id
                select new { token.Id, User = owner == null ? null : owner.Login, token.Label, token.CreatedAt, token.UsedAt, token.RevokedAt }).Take(10_000).ToListAsync(cancellation);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.PrintJson(tokens);
                return CommandLine.Done;
            }

            foreach (var token in tokens)
            {
                var state = token.RevokedAt is { } revoked ? $"revoked {Day(revoked)}" : token.UsedAt is { } used ? $"used {Day(used)}" : "never used";
                await terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{token.Id,6} {token.User ?? "-",-24} made {Day(token.CreatedAt)} {state,-20} {token.Label}"));
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        var id = new Argument<long>("id") { Description = "Number of the token, from crm token list." };
        var command = new Command("revoke", "Make a token worthless at once.") { id };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var number = parsed.GetRequiredValue(id);
            var database = context.Get<CrmDbContext>();
            var token = await database.Set<ApiToken>().AsTracking().FirstOrDefaultAsync(t => t.Id == number, cancellation)
                ?? throw new CommandFailure("token.unknown", $"There is no token {number.ToString(CultureInfo.InvariantCulture)}: see crm token list.");
            if (token.RevokedAt is null)
            {
                token.RevokedAt = context.Get<TimeProvider>().GetUtcNow();
                context.Get<AuditLog>().Note(database, "token.revoked", "token", number.ToString(CultureInfo.InvariantCulture));
                await database.SaveChangesAsync(cancellation);
            }

            await terminal.Out.WriteLineAsync($"Token {number.ToString(CultureInfo.InvariantCulture)} is revoked.");
            return CommandLine.Done;
        });
        return command;
    }

    private static string Day(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
