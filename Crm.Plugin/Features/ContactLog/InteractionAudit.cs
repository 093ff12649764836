using System.Globalization;
using System.Text.Json;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What an edit replaces, as the audit log keeps it: <c>{"subject":["old","new"]}</c>.</summary>
internal static class InteractionAudit
{
    // They say how the record is kept, not what anybody typed.
    private static readonly HashSet<string> Bookkeeping = ["Version", "ChangedBy", "ChangedAt", "TextFolded", "RoomFolded", "At", "RemindAt", "BasisOrderId", "SeriesId", "CallId"];

    public static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>One field's change.</summary>
    public static string? Change(string field, string? before, string? after) => AuditChange.Of((field, before, after));

    /// <summary>Call before saving; null when nothing changed.</summary>
    public static string? Changes(CrmDbContext database, Interaction interaction)
    {
        database.ChangeTracker.DetectChanges();
        var entry = database.Entry(interaction);
        var changes = entry.Properties.Where(p => p.IsModified && !Bookkeeping.Contains(p.Metadata.Name))
            .ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Metadata.Name), p => new[] { Plain(p.OriginalValue), Plain(p.CurrentValue) });
        var users = database.ChangeTracker.Entries<InteractionUser>().ToList();
        Add(changes, "users", users.Where(e => e.State is EntityState.Deleted or EntityState.Unchanged or EntityState.Modified).Select(e => Id(e.Entity.UserId)),
            users.Where(e => e.State is EntityState.Added or EntityState.Unchanged or EntityState.Modified).Select(e => Id(e.Entity.UserId)));
        var persons = database.ChangeTracker.Entries<InteractionPerson>().ToList();
        Add(changes, "outsidePersons", persons.Where(e => e.State != EntityState.Added).Select(e => Named(e.Property(p => p.PersonId).OriginalValue ?? -e.Property(p => p.CardId).OriginalValue, e.Property(p => p.Name).OriginalValue)),
            persons.Where(e => e.State != EntityState.Deleted).Select(e => Named(e.Entity.PersonId ?? -e.Entity.CardId, e.Entity.Name)));
        return changes.Count == 0 ? null : JsonSerializer.Serialize(changes, AuditChange.Readable);
    }

    private static string Named(long? person, string? name) => person is { } id ? Id(id) : name ?? "";

    private static void Add(Dictionary<string, object?[]> changes, string name, IEnumerable<string> before, IEnumerable<string> after)
    {
        string[] old = [.. before.Order(StringComparer.Ordinal)];
        string[] fresh = [.. after.Order(StringComparer.Ordinal)];
        if (!old.SequenceEqual(fresh))
        {
            changes[name] = [old, fresh];
        }
    }

    private static object? Plain(object? value) => value switch
    {
        Enum named => named.ToString(),
        DateTimeOffset at => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => value,
    };
}
