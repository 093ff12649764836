using System.Globalization;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>The entries of a gathered list: looking, weeding, taking along.</summary>
internal static class AddressListEndpoints
{
    private const int PageSize = 50;
    private const int MostRows = 100_000;

    public static async Task<IResult> ShowAsync(long id, HttpRequest request, string? after, AddressListStore store, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.FindAsync(id, cancellation) is not { } list)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var filter = AddressFilter.From(request.Query);
        var part = await store.ReadAsync(id, filter, after, PageSize, user.Rights.ReadScope, cancellation);
        return request.IsPart() && after is not null
            ? Screen.Of<AddressListRows>(new { List = list, Part = part, Filter = filter })
            : Screen.Of<AddressListPage>(new { List = list, Part = part, Filter = filter, Hides = await store.HidesAsync(id, cancellation), IsRemoved = request.Query.ContainsKey("removed") });
    }

    public static async Task<IResult> RemoveAsync(long id, HttpRequest request, AddressListStore store, CancellationToken cancellation)
    {
        var form = await request.ReadFormAsync(cancellation);
        var back = form["back"].ToString() is ['?', ..] query ? query + "&" : "?";
        return await store.RemoveAsync(id, form["address"].ToString(), cancellation)
            ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/address-harvest/{id}{back}removed=1"))
            : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
    }

    /// <summary>As far as the user may export; noted in the audit log.</summary>
    public static async Task ExportAsync(
        long id, HttpContext http, AddressListStore store, AuditLog audit, CrmDbContext database, CurrentUser user, IStringLocalizer<Texts> text, CancellationToken cancellation)
    {
        if (user.Rights.ExportScope == Scope.None || await store.FindAsync(id, cancellation) is not { } list)
        {
            await Screen.Of<MessagePage>(new { Status = user.Rights.ExportScope == Scope.None ? StatusCodes.Status403Forbidden : StatusCodes.Status404NotFound }).ExecuteAsync(http);
            return;
        }

        var filter = AddressFilter.From(http.Request.Query);
        audit.Note(database, "addresses.exported", "address-list", list.Id.ToString(CultureInfo.InvariantCulture), filter.ToQuery());
        await database.SaveChangesAsync(cancellation);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"addresses-{list.Id}.csv\"");
        await using var writer = new CsvTableWriter(http.Response.Body);
        await writer.RowAsync([.. new[] { "Address", "Counterparty", "State", "Reason", "Legal basis", "Source", "Added by", "Added on" }.Select(h => (object)text[h].Value)]);
        var scope = user.Rights.ExportReach();
        string? after = null;
        var rows = 0;
        do
        {
            var part = await store.ReadAsync(id, filter, after, 500, scope, cancellation);
            foreach (var line in part.Lines)
            {
                var entry = line.Checked.Entry;
                await writer.RowAsync([
                    entry.Address, line.Checked.Counterparty, text[HarvestWords.Of(line.Checked.State)].Value, line.Checked.Reason is { } reason ? text[reason].Value : null, entry.LegalBasis, entry.Source, line.AddedBy,
                    DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(entry.AddedAt, user.Zone).DateTime),
                ]);
            }

            (rows, after) = (rows + part.Lines.Count, part.Next);
        }
        while (after is not null && rows < MostRows);
    }
}
