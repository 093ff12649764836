using System.CommandLine;
using Crm.Plugin.Security;

namespace Crm.Plugin.Commands;

/// <summary><c>user</c>: local accounts. ERP users need none: they sign in with the ERP's own password.</summary>
internal static class UserCommand
{
    public static Command Create(Terminal terminal) => new("user", "Local accounts: for hosts without a sign-in of their own, and for the day the ERP is down.")
    {
        Add(terminal), List(terminal), Disable(terminal), Enable(terminal), Password(terminal), ChangeRole(terminal), ChangeTeam(terminal),
    };

    private static Argument<string> Login() => new("login") { Description = "Sign-in name; letter case counts." };

    private static Command Add(Terminal terminal)
    {
        var login = Login();
        var role = new Option<string>("--role") { Description = "What the account may do.", Required = true };
        Roles.Restrict(role);
        var name = new Option<string?>("--name") { Description = "The person's name (default: the login).", HelpName = "NAME" };
        var email = new Option<string?>("--email") { Description = "E-mail address.", HelpName = "ADDRESS" };
        var team = new Option<string?>("--team") { Description = "The team whose counterparties rights of scope 'team' reach.", HelpName = "TEAM" };
        var command = new Command("add", "Add an account. The password is asked for, or taken from CRM_USER_PASSWORD.") { login, role, name, email, team };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var accounts = new LocalAccounts(context);
            var typed = parsed.GetRequiredValue(login);
            await accounts.EnsureFreeAsync(typed, cancellation);
            await accounts.AddAsync(
                typed, parsed.GetValue(name) ?? typed, parsed.GetValue(email), LocalAccounts.TeamOf(parsed.GetValue(team)), Roles.Find(parsed.GetRequiredValue(role))!.Value, terminal.NewPassword(typed), cancellation);
            await terminal.Out.WriteLineAsync($"{typed} may sign in as {parsed.GetRequiredValue(role)}.");
            return CommandLine.Done;
        });
        return command;
    }

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "All accounts, those of ERP users who have signed in included.") { CommonOptions.Json };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var users = await new LocalAccounts(context).ListAsync(cancellation);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.PrintJson(users);
                return CommandLine.Done;
            }

            foreach (var user in users)
            {
                await terminal.Out.WriteLineAsync(
                    $"{user.Login,-24} {user.Role,-20} {(user.IsActive ? "active" : "disabled"),-9} {(user.Connection is { } connection ? $"checked by {connection}" : "local"),-20} {user.Name}");
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static Command Disable(Terminal terminal) =>
        Change("disable", "End the account's sign-ins and let it in no more; what it did stays.", terminal, [], (_, account) => account.IsActive = false, "is disabled");

    private static Command Enable(Terminal terminal) =>
        Change("enable", "Let a disabled account in again.", terminal, [], (_, account) => (account.IsActive, account.FailedSignIns, account.LockedUntil) = (true, 0, null), "may sign in again");

    private static Command ChangeRole(Terminal terminal)
    {
        var role = new Argument<string>("role") { Description = "What the account may do from now on." };
        Roles.Restrict(role);
        return Change("role", "Change what an account may do; its sign-ins end.", terminal, [role], (parsed, account) => account.Role = Roles.Find(parsed.GetRequiredValue(role))!.Value, "has the role");
    }

    private static Command ChangeTeam(Terminal terminal)
    {
        var team = new Argument<string>("team") { Description = "Name of the team; \"\" for none." };
        return Change("team", "Change whose counterparties rights of scope 'team' reach; the account's sign-ins end.", terminal, [team], (parsed, account) => account.Team = LocalAccounts.TeamOf(parsed.GetRequiredValue(team)), "belongs to the team");
    }

    private static Command Password(Terminal terminal)
    {
        var login = Login();
        var command = new Command("password", "Set a new password; asked for, or taken from CRM_USER_PASSWORD. Older sign-ins end.") { login };
        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var accounts = new LocalAccounts(context);
            var account = await accounts.FindAsync(parsed.GetRequiredValue(login), cancellation);
            await accounts.SetPasswordAsync(account, terminal.NewPassword(account.Login), cancellation);
            await terminal.Out.WriteLineAsync($"{account.Login} has a new password.");
            return CommandLine.Done;
        });
        return command;
    }

    private static Command Change(string name, string description, Terminal terminal, Argument<string>[] more, Action<ParseResult, UserAccount> change, string done)
    {
        var login = Login();
        var command = new Command(name, description) { login };
        foreach (var argument in more)
        {
            command.Arguments.Add(argument);
        }

        command.SetAction(terminal, async (parsed, context, cancellation) =>
        {
            var accounts = new LocalAccounts(context);
            var account = await accounts.FindAsync(parsed.GetRequiredValue(login), cancellation);
            change(parsed, account);
            await accounts.SaveAsync(account, "user." + name, cancellation);
            await terminal.Out.WriteLineAsync($"{account.Login} {done}{(more.Length > 0 ? " " + parsed.GetRequiredValue(more[0]) : "")}.");
            return CommandLine.Done;
        });
        return command;
    }
}
