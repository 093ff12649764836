using System.Globalization;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Checklist and files of one interaction. Whoever may log contacts with the counterparty may add; whoever may read it may look.</summary>
internal static class InteractionPartEndpoints
{
    public static void MapParts(this RouteGroupBuilder screens)
    {
        screens.MapPost("/{id:long}/checklist", AddTasksAsync);
        screens.MapPost("/{id:long}/checklist/{no:int}", TickAsync);
        screens.MapPost("/{id:long}/files", AddFileAsync);
        screens.MapGet("/{id:long}/files/{file:long}", DownloadAsync);
        screens.MapPost("/{id:long}/files/{file:long}/remove", RemoveFileAsync);
        screens.MapPost("/{id:long}/series/cancel", CancelSeriesAsync);
    }

    private static async Task<IResult> AddTasksAsync(long id, HttpContext http, InteractionScreens screens, InteractionPlace place, InteractionTasks tasks, CancellationToken cancellation)
    {
        if (await WritableAsync(id, screens, place, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        return await AnswerAsync(http, id, await tasks.AddAsync(id, InteractionFormReader.Lines(form["checklist"]), cancellation), form, screens, cancellation);
    }

    private static async Task<IResult> TickAsync(long id, int no, HttpContext http, InteractionScreens screens, InteractionPlace place, InteractionTasks tasks, CancellationToken cancellation)
    {
        if (await WritableAsync(id, screens, place, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        await tasks.TickAsync(id, no, form["done"] == "true", cancellation);
        return await AnswerAsync(http, id, [], form, screens, cancellation);
    }

    private static async Task<IResult> AddFileAsync(long id, HttpContext http, InteractionScreens screens, InteractionPlace place, InteractionFiles files, CancellationToken cancellation)
    {
        if (await WritableAsync(id, screens, place, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        var refusals = new List<Refusal>(form.Files.Count == 0 ? [new("file", RefusalTexts.NoFile)] : []);
        foreach (var file in form.Files)
        {
            refusals.AddRange(await files.AddAsync(id, file, cancellation));
        }

        return await AnswerAsync(http, id, refusals, InteractionForm.From(form), screens, cancellation);
    }

    private static async Task<IResult> RemoveFileAsync(long id, long file, HttpContext http, InteractionScreens screens, InteractionPlace place, InteractionFiles files, CancellationToken cancellation)
    {
        if (await WritableAsync(id, screens, place, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        await files.RemoveAsync(id, file, cancellation);
        return await AnswerAsync(http, id, [], new InteractionForm(), screens, cancellation);
    }

    /// <summary>Always as a download: nothing that a stranger made is ever drawn within this site.</summary>
    private static async Task<IResult> DownloadAsync(long id, long file, HttpContext http, InteractionScreens screens, InteractionFiles files, CancellationToken cancellation)
    {
        if (await screens.Store.FindAsync(id, cancellation) is null || await files.FindAsync(id, file, cancellation) is not { } found)
        {
            return TypedResults.NotFound();
        }

        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers[HeaderNames.CacheControl] = "private, no-store";
        return TypedResults.PhysicalFile(found.Path, found.Record.Type, found.Record.Name);
    }

    private static async Task<IResult> CancelSeriesAsync(long id, HttpContext http, InteractionScreens screens, InteractionEditor editor, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        return await editor.CancelFollowingAsync(id, form["result"], cancellation) is { Verdict: InteractionVerdict.NotFound }
            ? TypedResults.NotFound()
            : await AnswerAsync(http, id, [], form, screens, cancellation);
    }

    private static async Task<Interaction?> WritableAsync(long id, InteractionScreens screens, InteractionPlace place, CancellationToken cancellation) =>
        await screens.Store.FindAsync(id, cancellation) is { } stored && await place.IsWritableAsync(stored.CounterpartyId, cancellation) ? stored : null;

    private static async Task<IResult> AnswerAsync(HttpContext http, long id, IReadOnlyList<Refusal> refusals, InteractionForm form, InteractionScreens screens, CancellationToken cancellation)
    {
        if (refusals.Count == 0)
        {
            return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/interactions/{id}"));
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await screens.PageAsync(id, form, refusals, cancellation);
    }
}
