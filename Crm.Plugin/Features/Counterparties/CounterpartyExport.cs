using Crm.Contracts;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>Writes the filtered list to a file: what the user may export, noted in the audit log.</summary>
internal sealed class CounterpartyExport(CounterpartySearch search, CurrentUser user, AuditLog audit, CrmDbContext database, IStringLocalizer<Texts> text, Show show)
{
    public async Task WriteAsync(HttpContext http, CounterpartyFilter filter, bool csv, CancellationToken cancellation)
    {
        audit.Note(database, "counterparties.exported", "counterparty", null, filter.ToQuery());
        await database.SaveChangesAsync(cancellation);
        await using var writer = TableFile.Open(http, csv, "counterparties", text["Counterparties"], show.Today);
        await writer.RowAsync([.. new[] { "Name", "Code", "Tax number", "Roles", "City", "Phone", "E-mail", "Manager", "Importance", "Stage", "Regularity" }.Select(h => (object)text[h].Value)]);
        await writer.WritePagesAsync<CounterpartyLine, string>(async after =>
        {
            var page = await (await search.ListAsync(filter, after, 1_000, cancellation, user.Rights.ExportReach())).ReachedAsync(database, show.Today, cancellation);
            return (page.Lines, page.Next);
        }, Cells);
    }

    private object?[] Cells(CounterpartyLine line) =>
    [
        line.Name, line.Code, line.TaxId,
        string.Join(", ", new[] { CounterpartyRoles.Customer, CounterpartyRoles.Supplier }.Where(r => line.Roles.HasFlag(r)).Select(r => text[r.ToString()].Value)),
        line.City, line.Phone, line.Email, line.ManagerLogin,
        ClassNames.Importance(line.Importance), ClassNames.Stage(line.Stage) is { } stage ? text[stage].Value : null, ClassNames.Regularity(line.Regularity),
    ];
}
