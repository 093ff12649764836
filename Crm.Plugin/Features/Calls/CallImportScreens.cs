using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>Looking at a call log, importing it, taking it back.</summary>
internal static class CallImportScreens
{
    public static async Task<IResult> ShowAsync(CallImportStore imports, CancellationToken cancellation) => Screen.Of<CallImportPage>(new { Latest = await imports.LatestAsync(cancellation) });

    public static async Task<IResult> LookAsync(HttpContext http, CallImportStore imports, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (form.Files["file"] is not { Length: > 0 } file)
        {
            return await RefusedAsync(http, new("file", RefusalTexts.NoFile), imports, cancellation);
        }

        if (file.Length > CallImportStore.MostBytes)
        {
            return await RefusedAsync(http, new("file", RefusalTexts.FileTooLarge, CallImportStore.MostBytes >> 20), imports, cancellation);
        }

        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, cancellation);
        var (id, verdicts, refusal) = await imports.LookAsync(FileRule.NameOf(file.FileName), CallRecordFile.Decode(bytes.ToArray()), cancellation);
        return refusal is not null ? await RefusedAsync(http, refusal, imports, cancellation)
            : Screen.Of<CallImportPage>(new { Latest = await imports.LatestAsync(cancellation), Import = id, Name = FileRule.NameOf(file.FileName), Verdicts = verdicts });
    }

    public static async Task<IResult> ImportAsync(long id, HttpContext http, CallImportStore imports, CancellationToken cancellation) => await imports.ImportAsync(id, cancellation)
        ? TypedResults.LocalRedirect("/calls/import") : await RefusedAsync(http, new("file", CallTexts.ImportGone), imports, cancellation);

    public static async Task<IResult> UndoAsync(long id, HttpContext http, CallImportStore imports, CancellationToken cancellation) => await imports.UndoAsync(id, cancellation)
        ? TypedResults.LocalRedirect("/calls/import") : await RefusedAsync(http, new("file", CallTexts.ImportGone), imports, cancellation);

    private static async Task<IResult> RefusedAsync(HttpContext http, Refusal refusal, CallImportStore imports, CancellationToken cancellation)
    {
        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<CallImportPage>(new { Latest = await imports.LatestAsync(cancellation), Refusals = (IReadOnlyList<Refusal>)[refusal] });
    }
}
