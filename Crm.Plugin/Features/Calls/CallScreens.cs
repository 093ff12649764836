using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>Whole pages of the slice.</summary>
internal static class CallScreens
{
    private const int PageSize = 50;

    public static async Task<IResult> ListAsync(
        HttpRequest request, string? number, string? who, bool? missed, long? before, CallHistory history, CallerFinder finder, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var whose = MyDayFeature.Whose(who, user);
        var rows = await history.ListAsync(whose, missed == true, before, PageSize, cancellation);
        var address = string.Create(CultureInfo.InvariantCulture, $"/calls?who={who}&missed={(missed == true ? "true" : "false")}");
        var next = rows.Count == PageSize ? string.Create(CultureInfo.InvariantCulture, $"{address}&before={rows[^1].Call.Id}") : null;
        if (request.IsPart())
        {
            return Screen.Of<CallRows>(new { Rows = rows, Next = next });
        }

        var typed = number?.Length > 100 ? number[..100] : number;
        return Screen.Of<CallsPage>(new
        {
            Rows = rows,
            Next = next,
            Number = typed,
            Found = string.IsNullOrWhiteSpace(typed) ? null : await finder.FindAsync(typed, request.Query, cancellation),
            Figures = await history.FiguresAsync(whose, LocalTime.StartOf(show.Today.AddDays(-6), user.Zone), cancellation),
            Who = who,
            IsMissed = missed == true,
        });
    }

    public static async Task<IResult> LookUpAsync(HttpRequest request, string? number, CallerFinder finder, CancellationToken cancellation)
    {
        var typed = number?.Length > 100 ? number[..100] : number ?? "";
        return Screen.Of<CallerList>(new { Found = await finder.FindAsync(typed, request.Query, cancellation), Number = typed });
    }

    public static async Task<IResult> ProspectsAsync(bool? all, long? before, ProspectStore prospects, CancellationToken cancellation) =>
        Screen.Of<ProspectsPage>(new { Rows = await prospects.ListAsync(all == true, before, PageSize, cancellation), All = all == true, PageSize });

    public static async Task<IResult> AddProspectAsync(HttpContext http, ProspectStore prospects, DuplicateStore duplicates, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var likely = await LikelyAsync(duplicates, form, form["phone"], cancellation);
        IReadOnlyList<Refusal> refusals = likely.Count > 0 ? [] : await prospects.AddAsync(new(form["name"], form["company"], form["phone"], form["note"], form["source"], null), cancellation);
        if (likely.Count == 0 && refusals.Count == 0)
        {
            return TypedResults.LocalRedirect("/calls/prospects");
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<ProspectsPage>(new { Rows = await prospects.ListAsync(false, null, PageSize, cancellation), PageSize, Form = form, Refusals = refusals, Likely = likely });
    }

    /// <summary>Whom somebody new may be, unless the user has said that they are somebody else.</summary>
    public static async Task<IReadOnlyList<LikelySame>> LikelyAsync(DuplicateStore duplicates, InteractionForm form, string phone, CancellationToken cancellation)
    {
        var name = form["company"].Trim().Length > 0 ? form["company"] : form["name"];
        return form["sure"] == "true" || name.Length > InteractionRule.LineLength || phone.Length > InteractionRule.LineLength ? []
            : await duplicates.LikelyAsync(name, null, phone.Length == 0 ? [] : [new(Contracts.ContactMechanismKind.Phone, phone)], cancellation);
    }

    public static async Task<IResult> LinkAsync(long id, HttpContext http, ProspectStore prospects, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        string wrong;
        if (!long.TryParse(form["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var counterparty))
        {
            wrong = RefusalTexts.NoCounterparty;
        }
        else if (!await database.Set<CounterpartyRecord>().Within(user.Rights.WriteScope, user).AnyAsync(c => c.Id == counterparty, cancellation))
        {
            wrong = RefusalTexts.CounterpartyUnknown;
        }
        else if (await prospects.LinkAsync(id, counterparty, cancellation))
        {
            return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{counterparty}"));
        }
        else
        {
            wrong = CallTexts.NotLinked;
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        // From this one on, so that it is in sight whatever page it stood on; one that is linked already only among all.
        var isOpen = wrong != CallTexts.NotLinked;
        return Screen.Of<ProspectsPage>(new { Rows = await prospects.ListAsync(!isOpen, id + 1, PageSize, cancellation), All = !isOpen, PageSize, LinkOf = id, Find = Cut(form["find"]), LinkRefusals = (IReadOnlyList<Refusal>)[new("link", wrong)] });
    }

    private static string Cut(string typed) => typed.Length > 200 ? typed[..200] : typed;

    public static async Task<IResult> SettingsAsync(CallSettings settings, CancellationToken cancellation)
    {
        var (lines, numbers) = await settings.ReadAsync(cancellation);
        return Screen.Of<CallSettingsPage>(new { Lines = lines, Numbers = numbers });
    }

    public static async Task<IResult> SaveSettingsAsync(HttpContext http, CallSettings settings, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var (lines, numbers) = (form["lines"].ToString(), form["numbers"].ToString());
        var refusals = await settings.SaveAsync(lines, numbers, cancellation);
        if (refusals.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return refusals.Count == 0 ? TypedResults.LocalRedirect("/calls/settings?saved=1") : Screen.Of<CallSettingsPage>(new { Lines = lines, Numbers = numbers, Refusals = refusals });
    }
}
