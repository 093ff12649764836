using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>Writes the tables that counterparties are found by. Inside the caller's transaction.</summary>
internal static class SearchTables
{
    private static readonly IReadOnlyList<MirrorColumn> SqliteText = [MirrorColumn.Long("rowid"), MirrorColumn.Text("name"), MirrorColumn.Text("rest")];
    private static readonly IReadOnlyList<MirrorColumn> PostgresText = [MirrorColumn.Long("id"), MirrorColumn.Text("text")];

    private static readonly IReadOnlyList<MirrorColumn> Phone =
        [MirrorColumn.Long("counterparty_id"), MirrorColumn.Long("person_id"), MirrorColumn.Text("typed"), MirrorColumn.Text("digits"), MirrorColumn.Flag("is_own")];

    public static readonly IReadOnlyList<MirrorColumn> Fragment = [MirrorColumn.Long("entry")];

    public const string Texts = "counterparty_search";

    public static Task AddTextsAsync(MirrorSession session, IReadOnlyList<SearchDocument> documents, CancellationToken cancellation, string table = Texts) =>
        session.LoadAsync(
            table,
            session.Kind == DatabaseKind.Sqlite ? SqliteText : PostgresText,
            load =>
            {
                foreach (var document in documents)
                {
                    load.Begin();
                    load.Long(document.Id);
                    if (session.Kind == DatabaseKind.Sqlite)
                    {
                        load.Text(document.Name);
                        load.Text(document.Rest);
                    }
                    else
                    {
                        load.Text(document.Text);
                    }

                    load.End();
                }
            },
            cancellation);

    public static Task RemoveTextsAsync(MirrorSession session, string ids, CancellationToken cancellation) =>
        session.ExecuteAsync($"DELETE FROM counterparty_search WHERE {(session.Kind == DatabaseKind.Sqlite ? "rowid" : "id")} IN ({ids})", cancellation);

    public static Task AddPhonesAsync(MirrorSession session, IEnumerable<(long CounterpartyId, PhoneLine Line)> phones, CancellationToken cancellation) =>
        session.LoadAsync(
            "phone",
            Phone,
            load =>
            {
                foreach (var (counterpartyId, line) in phones)
                {
                    load.Begin();
                    load.Long(counterpartyId);
                    load.Long(line.PersonId);
                    load.Text(line.Typed);
                    load.Text(line.Digits);
                    load.Flag(line.IsOwn);
                    load.End();
                }
            },
            cancellation);

    /// <summary>Removes numbers and the entries of the fragment index that lead to them, each by its key.</summary>
    public static async Task RemovePhonesAsync(MirrorSession session, IReadOnlyCollection<(long Id, string Digits)> phones, CancellationToken cancellation)
    {
        foreach (var part in phones.Chunk(200))
        {
            var entries = part.SelectMany(p => PhoneFragment.Entries(p.Digits, p.Id)).ToList();
            if (entries.Count > 0)
            {
                await session.ExecuteAsync($"DELETE FROM phone_fragment WHERE entry IN ({string.Join(",", entries)})", cancellation);
            }

            await session.ExecuteAsync($"DELETE FROM phone WHERE id IN ({string.Join(",", part.Select(p => p.Id))})", cancellation);
        }
    }

    public static Task AddFragmentsAsync(MirrorSession session, IReadOnlyList<(long Id, string Digits)> phones, CancellationToken cancellation) =>
        session.LoadAsync(
            "phone_fragment",
            Fragment,
            load =>
            {
                foreach (var (id, digits) in phones)
                {
                    foreach (var entry in PhoneFragment.Entries(digits, id))
                    {
                        load.Begin();
                        load.Long(entry);
                        load.End();
                    }
                }
            },
            cancellation);
}
