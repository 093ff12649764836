using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Who a row speaks of.</summary>
/// <param name="Id">Of the row.</param>
/// <param name="Key">The ERP's key; of a manager the sign-in name.</param>
/// <param name="Name">As the ERP has it now.</param>
/// <param name="ManagerLogin">Who is responsible now; null for products and managers.</param>
public sealed record RunMember(long Id, string Key, string Name, string? ManagerLogin);

/// <summary>Names of the members of runs, as far as a right reaches. Managers and products are for those who see everything.</summary>
internal static class RunMembers
{
    /// <summary>Those of the ids that the scope reaches.</summary>
    public static async Task<Dictionary<long, RunMember>> FindAsync(
        CrmDbContext database, Population population, IReadOnlyList<long> ids, Scope scope, CurrentUser user, CancellationToken cancellation)
    {
        if (population is (Population.Managers or Population.Products) && scope != Scope.All)
        {
            return [];
        }

        var found = population switch
        {
            Population.Products => database.Set<ProductRecord>().Where(p => ids.Contains(p.Id)).Select(p => new RunMember(p.Id, p.HostKey, p.Name, null)),
            Population.Managers =>
                from member in database.Set<ClassificationMember>()
                where ids.Contains(member.Id)
                select new RunMember(member.Id, member.Key, database.Set<HostUserRecord>().Where(u => u.Login == member.Key).Select(u => u.Name).FirstOrDefault() ?? member.Key, null),
            _ => database.Set<CounterpartyRecord>().Within(scope, user).Where(c => ids.Contains(c.Id)).Select(c => new RunMember(c.Id, c.HostKey, c.Name, c.ManagerLogin)),
        };
        return await found.ToDictionaryAsync(m => m.Id, cancellation);
    }
}
