using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// Search texts of a whole base on PostgreSQL, gathered aside and laid down in the order of names: counterparties that one fragment
/// finds have much the same name, and then lie side by side. In the order of their numbers a list of 400 hits reads 400 places of the
/// table, in that of their names eight.
/// </summary>
internal static class SortedTexts
{
    /// <summary>Where they are gathered; the session's own, gone with it.</summary>
    public const string Aside = "search_text_aside";

    public static Task PrepareAsync(MirrorSession session, CancellationToken cancellation) =>
        session.ExecuteAsync($"DROP TABLE IF EXISTS pg_temp.{Aside}; CREATE TEMP TABLE {Aside} (id bigint, text text COLLATE \"C\")", cancellation);

    /// <summary>Adds them to the table. Its key is made anew: kept up row by row, in another order than its own, it would take several times as long.</summary>
    public static Task PublishAsync(MirrorSession session, CancellationToken cancellation) => session.InTransactionAsync(
        () => session.ExecuteAsync(
            $"""
            SET LOCAL work_mem = '64MB';
            ALTER TABLE counterparty_search DROP CONSTRAINT counterparty_search_pkey;
            INSERT INTO counterparty_search (id, text) SELECT id, text FROM {Aside} ORDER BY text;
            ALTER TABLE counterparty_search ADD PRIMARY KEY (id);
            DROP TABLE {Aside}
            """,
            cancellation),
        cancellation);
}
