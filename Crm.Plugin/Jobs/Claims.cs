using System.Globalization;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Jobs;

/// <summary>How rows are claimed on both databases.</summary>
internal static class Claims
{
    /// <summary>PostgreSQL passes over rows that another process holds; SQLite has one writer, which a transaction makes it.</summary>
    public static string Skip(CrmDbContext database) => database.Database.IsNpgsql() ? " FOR UPDATE SKIP LOCKED" : "";

    public static string List(IEnumerable<long> ids) => string.Join(',', ids.Select(i => i.ToString(CultureInfo.InvariantCulture)));
}
