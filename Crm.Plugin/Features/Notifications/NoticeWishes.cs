using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Reads what users and the company have chosen.</summary>
internal sealed class NoticeWishes(IEnumerable<NoticeKind> kinds)
{
    private readonly Dictionary<string, NoticeKind> kinds = kinds.ToDictionary(k => k.Code);

    /// <summary>SQL that is 1 for a notice <c>n</c> that nobody needs to be told of any more, else 0.</summary>
    public string Settled { get; } = NoticeKinds.Settled(kinds);

    public async Task<Wishes> ReadAsync(CrmDbContext database, IReadOnlyCollection<long> users, CancellationToken cancellation)
    {
        long[] ids = [0, .. users];
        var choices = await database.Set<NoticeChoice>().Where(c => ids.Contains(c.UserId)).ToDictionaryAsync(c => (c.UserId, c.Kind), cancellation);
        var settings = await database.Set<NoticeSettings>().Where(s => ids.Contains(s.UserId)).ToDictionaryAsync(s => s.UserId, cancellation);
        return new(kinds, choices, settings);
    }
}

/// <summary>The user's own choice, else the company's, else the usual one.</summary>
internal sealed class Wishes(Dictionary<string, NoticeKind> kinds, Dictionary<(long, string), NoticeChoice> choices, Dictionary<long, NoticeSettings> settings)
{
    public NoticeChannels Channels(long user, string kind) =>
        choices.TryGetValue((user, kind), out var own) ? own.Channels
        : choices.TryGetValue((0, kind), out var company) ? company.Channels
        : kinds.TryGetValue(kind, out var known) ? known.Usual
        : NoticeChannels.Bell;

    public int? EscalateAfterMinutes(string kind) => choices.TryGetValue((0, kind), out var company) ? company.EscalateAfterMinutes : null;

    /// <summary>Null when the user has never set anything.</summary>
    public NoticeSettings? Settings(long user) => settings.GetValueOrDefault(user);

    public NoticeSettings? Company => settings.GetValueOrDefault(0);
}
