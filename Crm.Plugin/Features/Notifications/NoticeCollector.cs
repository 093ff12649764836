using System.Globalization;
using System.Text;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Asks the sources and writes down what is new. Safe to run in several processes and after a kill: the key makes each notice one.</summary>
internal sealed partial class NoticeCollector(IDbContextFactory<CrmDbContext> databases, IEnumerable<IReminderSource> sources, TimeProvider clock, ILogger<NoticeCollector> log)
{
    private const int BatchSize = 500;

    /// <returns>How many notices are new.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var added = 0;
        await using var database = await databases.CreateDbContextAsync(cancellation);
        foreach (var source in sources)
        {
            var now = clock.GetUtcNow();
            if (!await ClaimAsync(database, source, now, cancellation))
            {
                continue;
            }

            try
            {
                added += await AskAsync(database, source, now, cancellation);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(log, failure, source.Kind); // the others are asked all the same, and this one again in its time
            }
        }

        return added;
    }

    private static async Task<int> AskAsync(CrmDbContext database, IReminderSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        var (added, batch) = (0, new List<Reminder>(BatchSize));
        await foreach (var reminder in source.DueAsync(now, cancellation))
        {
            batch.Add(reminder);
            if (batch.Count == BatchSize)
            {
                added += await AddAsync(database, source.Kind, batch, now, cancellation);
                batch.Clear();
            }
        }

        return added + await AddAsync(database, source.Kind, batch, now, cancellation);
    }

    /// <summary>Adds notices of one kind; those that are there stay as they are. In the caller's transaction, where there is one.</summary>
    public static async Task<int> AddAsync(CrmDbContext database, string kind, IReadOnlyList<Reminder> reminders, DateTimeOffset now, CancellationToken cancellation, long? origin = null)
    {
        if (reminders.Count == 0)
        {
            return 0;
        }

        // Numbers stand in the statement itself, texts travel as parameters: a list of untyped nulls has no type in PostgreSQL.
        var sql = new StringBuilder("INSERT INTO notice (user_id, kind, key, counterparty_id, text, day, at, amount_e4, currency, address, due_at, plan_at, round, created_at, origin_user_id) VALUES ");
        var parameters = new List<(string, object?)> { ("@kind", kind) };
        var created = Instant.ToMicroseconds(now);
        for (var i = 0; i < reminders.Count; i++)
        {
            var r = reminders[i];
            var due = Instant.ToMicroseconds(r.DueAt);
            sql.Append(i == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture,
                $"({r.UserId}, @kind, @k{i}, {Number(r.CounterpartyId)}, {Text("t", i, r.Text)}, {Number(r.Day?.DayNumber)}, {Number(r.At is { } at ? Instant.ToMicroseconds(at) : null)}, {Number(r.AmountE4)}, {Text("c", i, r.Currency)}, {Text("a", i, r.Address)}, {due}, {due}, 0, {created}, {Number(origin)})");
            parameters.Add(($"@k{i}", r.Key));
        }

        string Text(string name, int row, string? value)
        {
            if (value is null)
            {
                return "NULL";
            }

            parameters.Add(($"@{name}{row}", value));
            return string.Create(CultureInfo.InvariantCulture, $"@{name}{row}");
        }

        sql.Append(" ON CONFLICT (user_id, kind, key) DO NOTHING");
        await using var command = await database.CommandAsync(sql.ToString(), parameters, cancellation);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "NULL";

    /// <summary>One process asks a source in its time; one that is killed while it asks is followed by the next question.</summary>
    private static async Task<bool> ClaimAsync(CrmDbContext database, IReminderSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        (string, object?)[] parameters = [("@kind", source.Kind), ("@now", Instant.ToMicroseconds(now)), ("@next", Instant.ToMicroseconds(now + source.Every))];
        await using var claim = await database.CommandAsync("UPDATE notice_source SET next_at = @next WHERE kind = @kind AND next_at <= @now", parameters, cancellation);
        if (await claim.ExecuteNonQueryAsync(cancellation) == 1)
        {
            return true;
        }

        await using var first = await database.CommandAsync("INSERT INTO notice_source (kind, next_at) VALUES (@kind, @next) ON CONFLICT (kind) DO NOTHING", [parameters[0], parameters[2]], cancellation);
        return await first.ExecuteNonQueryAsync(cancellation) == 1;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Reminders of kind {Kind} could not be collected; its next turn repairs it")]
    private static partial void LogFailed(ILogger logger, Exception failure, string kind);
}
