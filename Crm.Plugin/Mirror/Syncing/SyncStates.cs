using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Reads and writes how far a connection is, on the session that writes the mirror.</summary>
internal sealed class SyncStates(MirrorSession session, int connectionId, TimeProvider clock)
{
    private long Now => Instant.ToMicroseconds(clock.GetUtcNow());

    /// <summary>Makes the row unless it is there.</summary>
    public async Task<SyncStateRecord> LoadAsync(MirrorEntity entity, CancellationToken cancellation)
    {
        const string sql = "SELECT cursor, first_read_at, checked_at, changed_at, swept_at, rows_read, problems, failure, failure_code, failure_message, retry_at, failed_attempts, sweep_advised, sweep_doubt_at, search_built_at FROM sync_state WHERE connection_id = @c AND entity = @e";
        var found = await session.QueryAsync(
            sql,
            r => new SyncStateRecord
            {
                ConnectionId = connectionId,
                Entity = entity,
                Cursor = r.IsDBNull(0) ? null : r.GetString(0),
                FirstReadAt = At(r, 1),
                CheckedAt = At(r, 2),
                ChangedAt = At(r, 3),
                SweptAt = At(r, 4),
                RowsRead = r.GetInt64(5),
                Problems = r.GetInt32(6),
                Failure = r.IsDBNull(7) ? null : (HostFailure)r.GetInt32(7),
                FailureCode = r.IsDBNull(8) ? null : r.GetString(8),
                FailureMessage = r.IsDBNull(9) ? null : r.GetString(9),
                RetryAt = At(r, 10),
                FailedAttempts = r.GetInt32(11),
                SweepAdvised = r.GetBoolean(12),
                SweepDoubtAt = At(r, 13),
                SearchBuiltAt = At(r, 14),
            },
            cancellation,
            ("@c", connectionId),
            ("@e", (int)entity));
        if (found.Count > 0)
        {
            return found[0];
        }

        await session.ExecuteAsync(
            "INSERT INTO sync_state (connection_id, entity, rows_read, problems, progress_done, failed_attempts, sweep_advised) VALUES (@c, @e, 0, 0, 0, 0, @no)",
            cancellation,
            ("@c", connectionId),
            ("@e", (int)entity),
            ("@no", false));
        return new SyncStateRecord { ConnectionId = connectionId, Entity = entity };
    }

    public Task StartAsync(MirrorEntity entity, CancellationToken cancellation) =>
        SetAsync(entity, "started_at = @now, rows_per_second = NULL, seconds_left = NULL", cancellation);

    /// <summary>Stores the cursor with the page before it: call it in the page's transaction.</summary>
    public Task AdvanceAsync<T>(MirrorEntity entity, HostPage<T> page, PageCounts counts, SyncMeter meter, CancellationToken cancellation)
        where T : IHostRecord =>
        SetAsync(
            entity,
            "cursor = @cursor, rows_read = rows_read + @rows, progress_done = @done, progress_total = NULLIF(@total, -1), rows_per_second = @speed, seconds_left = NULLIF(@left, -1), "
            + "sweep_advised = (sweep_advised OR @advised), changed_at = CASE WHEN @changed THEN @now ELSE changed_at END, "
            + "problems = (SELECT COUNT(*) FROM sync_problem p WHERE p.connection_id = @c AND p.entity = @e)",
            cancellation,
            ("@cursor", page.NextCursor),
            ("@rows", counts.Read),
            ("@done", page.Progress.Done),
            ("@total", (long?)page.Progress.Total ?? -1L),
            ("@speed", meter.RowsPerSecond),
            ("@left", meter.Left is { } left ? (long)left.TotalSeconds : -1L),
            ("@advised", page.SweepAdvised),
            ("@changed", counts.Changed > 0 || counts.Gone > 0));

    /// <summary>A read came to its end. A doubtful sweep stays to be seen until one is believed.</summary>
    public Task FinishReadAsync(MirrorEntity entity, bool isSwept, CancellationToken cancellation) =>
        SetAsync(
            entity,
            "first_read_at = COALESCE(first_read_at, @now), checked_at = @now, started_at = NULL, seconds_left = NULL, "
            + (isSwept ? "swept_at = @now, sweep_advised = @no, " : "")
            + "failure = CASE WHEN sweep_doubt_at IS NULL THEN NULL ELSE failure END, failure_code = CASE WHEN sweep_doubt_at IS NULL THEN NULL ELSE failure_code END, "
            + "failure_message = CASE WHEN sweep_doubt_at IS NULL THEN NULL ELSE failure_message END, failed_at = CASE WHEN sweep_doubt_at IS NULL THEN NULL ELSE failed_at END, "
            + "retry_at = NULL, failed_attempts = 0",
            cancellation,
            ("@no", false));

    /// <summary>A sweep came to its end.</summary>
    public Task FinishSweepAsync(MirrorEntity entity, bool changed, CancellationToken cancellation) =>
        SetAsync(
            entity,
            "swept_at = @now, sweep_advised = @no, sweep_doubt_at = NULL, started_at = NULL, failure = NULL, failure_code = NULL, failure_message = NULL, "
            + "failed_at = NULL, retry_at = NULL, failed_attempts = 0, checked_at = @now, changed_at = CASE WHEN @changed THEN @now ELSE changed_at END, "
            + "problems = (SELECT COUNT(*) FROM sync_problem p WHERE p.connection_id = @c AND p.entity = @e)",
            cancellation,
            ("@no", false),
            ("@changed", changed));

    /// <summary>The list of problems was made anew.</summary>
    public Task CountProblemsAsync(MirrorEntity entity, CancellationToken cancellation) =>
        SetAsync(entity, "problems = (SELECT COUNT(*) FROM sync_problem p WHERE p.connection_id = @c AND p.entity = @e)", cancellation);

    /// <summary>A sweep was not believed.</summary>
    public Task DoubtSweepAsync(MirrorEntity entity, CancellationToken cancellation) =>
        SetAsync(entity, "sweep_doubt_at = @now, swept_at = @now, sweep_advised = @no", cancellation, ("@no", false));

    public Task FailAsync(MirrorEntity entity, SyncFailure failure, int attempts, CancellationToken cancellation) =>
        SetAsync(
            entity,
            "failure = @failure, failure_code = @code, failure_message = @message, failed_at = @now, retry_at = @retry, failed_attempts = @attempts, started_at = NULL, seconds_left = NULL",
            cancellation,
            ("@failure", (int)failure.Failure),
            ("@code", failure.Code),
            ("@message", CleanText.Of(failure.Message)),
            ("@retry", Instant.ToMicroseconds(failure.RetryAt)),
            ("@attempts", attempts));

    /// <summary>A run was broken off by its caller.</summary>
    public Task StopAsync(MirrorEntity entity, CancellationToken cancellation) =>
        SetAsync(entity, "started_at = NULL, seconds_left = NULL", cancellation);

    private Task<int> SetAsync(MirrorEntity entity, string changes, CancellationToken cancellation, params (string, object?)[] values) =>
        session.ExecuteAsync(
            $"UPDATE sync_state SET {changes} WHERE connection_id = @c AND entity = @e",
            cancellation,
            [("@c", connectionId), ("@e", (int)entity), ("@now", Now), .. values]);

    private static DateTimeOffset? At(System.Data.Common.DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Instant.FromMicroseconds(reader.GetInt64(column));
}
