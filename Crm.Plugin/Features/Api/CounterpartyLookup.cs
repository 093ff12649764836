using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

/// <summary>Finds counterparties by the ERP's own key, also those that are gone, and says of them what lists say.</summary>
internal sealed class CounterpartyLookup(CrmDbContext database, CurrentUser user, MirrorKeys keys, Show show)
{
    /// <param name="key">Compared letter by letter.</param>
    /// <param name="connection">Name of the connection; null for every one: two ERPs may use one key.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<CounterpartyLine>> ByKeyAsync(string key, string? connection, CancellationToken cancellation)
    {
        // The index begins with the connection, so the few connections are named.
        var connections = await database.Set<ConnectionRecord>().Where(c => connection == null || c.Name == connection).Select(c => c.Id).Take(Paging.MostRows).ToListAsync(cancellation);
        var found = await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user)
            .Where(c => connections.Contains(c.ConnectionId) && c.HostKey == key).OrderBy(c => c.ConnectionId).Take(Paging.MostRows).ToListAsync(cancellation);
        return [.. found.Select(LineOf)];
    }

    /// <summary>With the phone and the e-mail that are to be used first.</summary>
    public async Task<IReadOnlyList<CounterpartyAnswer>> AnswersAsync(IReadOnlyList<CounterpartyLine> lines, CancellationToken cancellation)
    {
        var answers = new List<CounterpartyAnswer>(lines.Count);
        foreach (var line in (await new CounterpartyList(lines, null).ReachedAsync(database, show.Today, cancellation)).Lines)
        {
            answers.Add(CounterpartyAnswer.Of(line, await keys.ConnectionAsync(line.ConnectionId, cancellation)));
        }

        return answers;
    }

    /// <summary>What lists say of a record.</summary>
    public static CounterpartyLine LineOf(CounterpartyRecord record) => new(
        record.Id, record.Name, record.NameFolded, record.Code, record.TaxId, record.Roles, record.City, record.ManagerLogin, record.Importance, record.Stage,
        record.Regularity, record.IsActive, record.GoneAt is not null, record.Mechanisms, record.ConnectionId, record.HostKey);
}
