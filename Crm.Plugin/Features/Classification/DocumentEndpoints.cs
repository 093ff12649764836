using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Classification;

/// <summary>Changing a draft, trying thresholds, presets and the schedule.</summary>
internal static class DocumentEndpoints
{
    private const int MovesShown = 100;

    public static void MapClassificationDocument(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/classification/{run:long}/what-if", WhatIfAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/{run:long}/redistribute", RedistributeAsync).RequireAuthorization(Policies.Classify);
        routes.MapGet("/classification/{run:long}/rows/{member:long}", EditAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/{run:long}/rows/{member:long}", SetAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/presets", SavePresetAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/presets/{id:long}/delete", DeletePresetAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/segments", SaveSegmentAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/segments/{id:long}/delete", DeleteSegmentAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/schedule", ScheduleAsync).RequireAuthorization(Policies.Classify);
    }

    private static async Task<IResult> WhatIfAsync(
        long run, HttpContext http, ClassificationStore store, ClassificationRedistribution redistribution, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.FindAsync(run, cancellation) is not { } found)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        // Opened without a question it shows what the run's own thresholds hold: the counts to compare with.
        var thresholds = http.Request.Query.ContainsKey("shares") ? Thresholds.Of(name => http.Request.Query[name].ToString()) : Thresholds.Of(found);
        var (result, problems) = await TryAsync(found, thresholds, http, redistribution, user, cancellation);
        return http.Request.IsPart()
            ? Screen.Of<WhatIfPanel>(new { Run = found, Thresholds = thresholds, Result = result, Problems = problems })
            : Screen.Of<WhatIfPage>(new { Run = found, Thresholds = thresholds, Result = result, Problems = problems });
    }

    private static async Task<(WhatIf?, IReadOnlyList<ClassificationProblem>)> TryAsync(
        ClassificationRun run, Thresholds thresholds, HttpContext http, ClassificationRedistribution redistribution, CurrentUser user, CancellationToken cancellation)
    {
        try
        {
            return (await redistribution.WhatIfAsync(run.Id, thresholds.Read(ClassificationJson.ReadParameters(run.Parameters)), MovesShown, user, cancellation), []);
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return (null, refused.Problems);
        }
    }

    private static async Task<IResult> RedistributeAsync(
        long run, HttpContext http, ClassificationStore store, ClassificationRedistribution redistribution, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.FindAsync(run, cancellation) is not { } found)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var form = await http.Request.ReadFormAsync(cancellation);
        var thresholds = Thresholds.Of(name => form[name].ToString());
        try
        {
            await redistribution.RedistributeAsync(run, thresholds.Read(ClassificationJson.ReadParameters(found.Parameters)), user, cancellation);
            return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/classification/{run}"));
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Screen.Of<WhatIfPage>(new { Run = found, Thresholds = thresholds, Result = (WhatIf?)null, refused.Problems });
        }
    }

    private static async Task<IResult> EditAsync(long run, long member, HttpRequest request, ClassificationStore store, CurrentUser user, CancellationToken cancellation) =>
        await store.FindAsync(run, cancellation) is not { State: RunState.Draft } found || await store.RowAsync(run, member, user, cancellation) is not { } row
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
            : Form(request, found, row, new(row.Row.Importance, row.Row.Stage, row.Row.Regularity), row.Row.Override?.Reason ?? "", []);

    private static async Task<IResult> SetAsync(
        long run, long member, HttpContext http, ClassificationStore store, ClassificationRedistribution redistribution, CurrentUser user, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var reason = form["reason"].ToString();
        var wished = new Classes(Chosen<ImportanceClass>(form["importance"]), Chosen<RelationshipStage>(form["stage"]), Chosen<RegularityClass>(form["regularity"]));
        try
        {
            await redistribution.SetByHandAsync(run, member, form.ContainsKey("clear") ? null : wished, reason, user, cancellation);
            return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/classification/{run}"));
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await store.FindAsync(run, cancellation) is not { } found || await store.RowAsync(run, member, user, cancellation) is not { } row
                ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
                : Form(http.Request, found, row, wished, reason, refused.Problems);
        }
    }

    private static IResult Form(HttpRequest request, ClassificationRun run, RunRow row, Classes wished, string reason, IReadOnlyList<ClassificationProblem> problems) =>
        request.IsPart()
            ? Screen.Of<ByHandPart>(new { Run = run, Row = row, Wished = wished, Reason = reason, Problems = problems })
            : Screen.Of<ByHandPage>(new { Run = run, Row = row, Wished = wished, Reason = reason, Problems = problems });

    private static async Task<IResult> SavePresetAsync(HttpContext http, ClassificationPresets presets, ListScreen list, CurrentUser user, CancellationToken cancellation)
    {
        var posted = await http.Request.ReadFormAsync(cancellation);
        var form = ClassificationForm.Of(posted);
        try
        {
            await presets.SaveAsync(posted["presetName"].ToString(), form.Read(), user, cancellation);
            return TypedResults.Redirect("/classification");
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await list.ShowAsync(form, refused.Problems, null, cancellation);
        }
    }

    private static async Task<IResult> DeletePresetAsync(long id, ClassificationPresets presets, CurrentUser user, CancellationToken cancellation)
    {
        await presets.DeleteAsync(id, user, cancellation);
        return TypedResults.Redirect("/classification");
    }

    private static async Task<IResult> SaveSegmentAsync(HttpContext http, ClassificationSegments segments, ListScreen list, CurrentUser user, CancellationToken cancellation)
    {
        var posted = await http.Request.ReadFormAsync(cancellation);
        var form = ClassificationForm.Of(posted);
        try
        {
            await segments.SaveAsync(posted["segmentName"].ToString(), form.Read(), user, cancellation);
            return TypedResults.Redirect("/classification");
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await list.ShowAsync(form, refused.Problems, null, cancellation);
        }
    }

    private static async Task<IResult> DeleteSegmentAsync(long id, ClassificationSegments segments, CurrentUser user, CancellationToken cancellation)
    {
        await segments.DeleteAsync(id, user, cancellation);
        return TypedResults.Redirect("/classification");
    }

    private static async Task<IResult> ScheduleAsync(HttpContext http, ClassificationPresets presets, ListScreen list, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var day = int.TryParse(form["dayOfMonth"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        long? preset = long.TryParse(form["preset"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        try
        {
            await presets.SetScheduleAsync(form.ContainsKey("isOn"), day, preset, form.ContainsKey("isApprovedAtOnce"), user, cancellation);
            return TypedResults.Redirect("/classification");
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await list.ShowAsync(ClassificationForm.Of(ClassificationParameters.For(RuleSet.Standard, show.Today)), refused.Problems, null, cancellation);
        }
    }

    private static T? Chosen<T>(string? text) where T : struct, Enum => Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) ? value : null;
}

/// <summary>The list of runs with the form beside it.</summary>
internal sealed class ListScreen(ClassificationStore store, ClassificationPresets presets, ClassificationSegments segments)
{
    public const int PageSize = 50;

    public async Task<IResult> ShowAsync(ClassificationForm form, IReadOnlyList<ClassificationProblem> problems, long? before, CancellationToken cancellation) =>
        Screen.Of<ClassificationPage>(new
        {
            Runs = await store.RunsAsync(before, PageSize, cancellation),
            PageSize,
            Form = form,
            Problems = problems,
            Presets = await presets.ListAsync(cancellation),
            Segments = await segments.ListAsync(cancellation),
            Schedule = await presets.ScheduleAsync(cancellation),
        });
}

/// <summary>What can be changed without reading orders, as typed.</summary>
public sealed record Thresholds(string Shares, string Cut, string Bands, string OneTime)
{
    internal static Thresholds Of(ClassificationRun run)
    {
        var form = ClassificationForm.Of(ClassificationJson.ReadParameters(run.Parameters));
        return new(form.Shares, form.Cut, form.Bands, form.OneTime);
    }

    internal static Thresholds Of(Func<string, string> field) => new(field("shares").Trim(), field("cut").Trim(), field("bands").Trim(), field("oneTime").Trim());

    /// <exception cref="ClassificationRefusedException">Fields that cannot be read, each by its name.</exception>
    internal ClassificationParameters Read(ClassificationParameters parameters)
    {
        var read = (ClassificationForm.Of(parameters) with { Shares = Shares, Cut = Cut, Bands = Bands, OneTime = OneTime }).Read();
        return parameters with { Shares = read.Shares, Cut = read.Cut, Bands = read.Bands, OneTime = read.OneTime };
    }
}
