using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Prospects;

/// <summary>What becomes of a prospect.</summary>
internal static class ProspectSteps
{
    public static async Task<IResult> ConvertAsync(long id, ProspectStore prospects, ProspectTargets targets, CancellationToken cancellation) =>
        await prospects.FindToWriteAsync(id, cancellation) is { Record.State: ProspectState.Open } prospect
            ? Screen.Of<ConvertPage>(new { Case = prospect, Targets = await targets.ReadAsync(cancellation) })
            : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });

    /// <summary>How it stands; once it has changed so that the card is another one, the whole page is asked for anew.</summary>
    public static async Task<IResult> PanelAsync(long id, HttpContext http, ProspectStore prospects, CancellationToken cancellation)
    {
        if (await prospects.FindAsync(id, cancellation) is not { } prospect)
        {
            return TypedResults.NotFound();
        }

        if (prospect.Record.Fate is not (ProspectFate.Waiting or ProspectFate.Made) || prospect.Record.State == ProspectState.Converted)
        {
            http.Response.Headers["HX-Refresh"] = "true";
        }

        return Screen.Of<ProspectPanel>(new { Case = prospect });
    }

    public static async Task<IResult> LinkAsync(long id, HttpContext http, ProspectStore prospects, ProspectTargets targets, ProspectConversion conversion, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var wrong = long.TryParse(form["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var counterparty)
            ? await conversion.LinkAsync(id, counterparty, cancellation)
            : new("link", RefusalTexts.NoCounterparty);
        if (wrong is null)
        {
            return Card(counterparty);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        var find = form["find"];
        return Screen.Of<ConvertPage>(new { Case = prospect, Targets = await targets.ReadAsync(cancellation), Find = find.Length > 200 ? find[..200] : find, Refusals = (IReadOnlyList<Refusal>)[wrong] });
    }

    public static async Task<IResult> UndoAsync(long id, ProspectConversion conversion, CancellationToken cancellation) =>
        await conversion.UndoAsync(id, cancellation) is null ? Card(id) : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });

    public static async Task<IResult> CreateAsync(long id, HttpContext http, ProspectStore prospects, ProspectTargets targets, ProspectOutbox outbox, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var offered = await targets.ReadAsync(cancellation);
        var form = await http.Request.ReadFormAsync(cancellation);
        var wrong = int.TryParse(form["connection"], NumberStyles.None, CultureInfo.InvariantCulture, out var connection) && offered.Any(t => t.ConnectionId == connection && t.Takes != false)
            ? await outbox.RequestAsync(prospect, connection, cancellation)
            : new("create", ProspectTexts.NoWriter);
        if (wrong is null)
        {
            return Card(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<ConvertPage>(new { Case = prospect, Targets = offered, Refusals = (IReadOnlyList<Refusal>)[wrong] });
    }

    public static async Task<IResult> StopAsync(long id, ProspectStore prospects, ProspectOutbox outbox, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        await outbox.StopAsync(prospect, cancellation);
        return Card(id);
    }

    public static async Task<IResult> GiveUpAsync(long id, HttpContext http, ProspectStore prospects, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var typed = (await http.Request.ReadFormAsync(cancellation))["reason"].ToString();
        if (await prospects.GiveUpAsync(prospect, typed, cancellation) is not { } wrong)
        {
            return Card(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<GiveUpPage>(new { Case = prospect, Reason = typed, Refusals = (IReadOnlyList<Refusal>)[wrong] });
    }

    public static async Task<IResult> TakeUpAsync(long id, ProspectStore prospects, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        await prospects.TakeUpAsync(prospect, cancellation);
        return Card(id);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.RedirectHttpResult Card(long id) => TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{id}"));
}
