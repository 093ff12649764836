namespace Crm.Contracts;

/// <summary>What every mirrored record carries.</summary>
public interface IHostRecord
{
    /// <summary>The ERP's identifier, unique within the entity.</summary>
    HostKey Key { get; }

    /// <summary>
    /// Changes whenever the record changes and never otherwise (a write stamp, a row version, a hash of the row).
    /// Equal version means equal record, so the mirror may skip it.
    /// </summary>
    string Version { get; }
}

/// <summary>A row that could not be read. The rest of its page is good.</summary>
/// <param name="Place">Where an administrator finds it: file and line, or the ERP's record id.</param>
/// <param name="Code">A stable code such as <c>files.bad-date</c>.</param>
/// <param name="Reason">English, one sentence; names the field and what is wrong with it, not the customer.</param>
public sealed record RowProblem(string Place, string Code, string Reason);

/// <summary>How far a read has come.</summary>
/// <param name="Done">In the same unit as <paramref name="Total"/>: rows or bytes.</param>
/// <param name="Total">An estimate; null when the host cannot tell.</param>
public readonly record struct ReadProgress(long Done, long? Total);

/// <summary>Some changed records and the cursor that follows them; stored together in one transaction.</summary>
/// <param name="Rows">New or changed records, any order; a record may come again, unchanged or newer, in a later page.</param>
/// <param name="Gone">Keys that the ERP no longer has; may be unknown to the reader.</param>
/// <param name="Problems">Rows that could not be read.</param>
/// <param name="NextCursor">Opaque; resumes after this page. Valid for ever, also for another process.</param>
/// <param name="Progress">How far the read has come.</param>
public sealed record HostPage<T>(
    IReadOnlyList<T> Rows,
    IReadOnlyList<HostKey> Gone,
    IReadOnlyList<RowProblem> Problems,
    string NextCursor,
    ReadProgress Progress)
    where T : IHostRecord
{
    /// <summary>
    /// True when records may be gone that the host cannot name: the mirror sweeps by <see cref="IHostSource{T}.ReadKeys"/> soon
    /// instead of at its next turn. Counts together with the page's cursor: stored in the same transaction.
    /// </summary>
    public bool SweepAdvised { get; init; }
}

/// <summary>
/// A source whose <see cref="RowProblem.Place"/>s shift or end without a record to show for it, such as lines of a file that somebody mends.
/// Implemented beside <see cref="IHostSource{T}"/> by the same object; a source whose places are record ids needs it not.
/// </summary>
public interface IRowProblemSource
{
    /// <summary>Every row that cannot be read now, in no order. Asked after a change, only while problems are listed; may take as long as a first read.</summary>
    /// <exception cref="HostException">Every failure.</exception>
    IAsyncEnumerable<RowProblem> ReadProblemsAsync(CancellationToken cancellation);
}

/// <summary>A living record's key and version, for the sweep that finds deletes and late commits.</summary>
public readonly record struct KeyVersion(HostKey Key, string Version);

/// <summary>Reads one kind of record out of one ERP.</summary>
public interface IHostSource<T> where T : IHostRecord
{
    /// <summary>Streams every record changed since <paramref name="cursor"/>; delivery is at least once.</summary>
    /// <param name="cursor">A <see cref="HostPage{T}.NextCursor"/>, or null to start from the beginning.</param>
    /// <param name="cancellation">Stops between pages; the last yielded cursor stays valid.</param>
    /// <returns>
    /// Pages of at most about 10,000 rows, ending when nothing newer is there at present. At least one page is yielded
    /// (perhaps empty), so that a first read of an empty ERP leaves a cursor too.
    /// </returns>
    /// <exception cref="HostException">Every failure; <see cref="HostException.Failure"/> says who has to act.</exception>
    IAsyncEnumerable<HostPage<T>> ReadChangedAsync(string? cursor, CancellationToken cancellation);

    /// <summary>Streams key and version of every living record, each once, in no order; null when only <see cref="ReadChangedAsync"/> finds deletes.</summary>
    /// <exception cref="HostException">Every failure.</exception>
    IAsyncEnumerable<IReadOnlyList<KeyVersion>>? ReadKeys(CancellationToken cancellation);

    /// <summary>Reads these records now; keys that the ERP no longer has come back in <see cref="HostPage{T}.Gone"/>.</summary>
    /// <param name="keys">At most 1,000.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>One page; its cursor is empty and must not be stored.</returns>
    /// <exception cref="HostException">Every failure.</exception>
    Task<HostPage<T>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation);
}
