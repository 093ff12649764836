using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>How messages leave, come in and are reported on.</summary>
internal static class SmsGatewayEndpoints
{
    private const int LongestBody = 10_000;

    public static Task<IResult> GatewayAsync(HttpRequest request, CrmDbContext database, CancellationToken cancellation) => GatewayPageAsync(request, database, null, cancellation);

    /// <param name="request">Tells under which address the plugin is reached.</param>
    /// <param name="database">Where the gateway is kept.</param>
    /// <param name="secret">The secret for receiving, when it was made just now.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IResult> GatewayPageAsync(HttpRequest request, CrmDbContext database, string? secret, CancellationToken cancellation)
    {
        var gateway = await database.Set<SmsGateway>().FirstOrDefaultAsync(cancellation);
        var form = new TypedForm(new()
        {
            ["kind"] = (gateway?.Kind ?? SmsGatewayKind.None).ToString(), ["url"] = gateway?.Url ?? "", ["body"] = gateway?.Body ?? "", ["folder"] = gateway?.Folder ?? "", ["countryCode"] = gateway?.CountryCode ?? "",
            ["inSender"] = gateway?.InSender ?? "", ["inText"] = gateway?.InText ?? "", ["inId"] = gateway?.InId ?? "", ["inList"] = gateway?.InList ?? "", ["inFolder"] = gateway?.InFolder ?? "",
            ["answerId"] = gateway?.AnswerId ?? "", ["reportList"] = gateway?.ReportList ?? "", ["reportId"] = gateway?.ReportId ?? "", ["reportStatus"] = gateway?.ReportStatus ?? "",
            ["reportDelivered"] = gateway?.ReportDelivered ?? "", ["reportUndeliverable"] = gateway?.ReportUndeliverable ?? "",
        });
        return GatewayPage(request, form, gateway, request.Query.ContainsKey("saved"), secret);
    }

    public static async Task<IResult> SaveGatewayAsync(HttpContext http, CrmDbContext database, SmsSender sender, AuditLog audit, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), LongestBody);
        var before = await database.Set<SmsGateway>().FirstOrDefaultAsync(cancellation);
        var kind = Enum.TryParse<SmsGatewayKind>(form["kind"], out var k) && Enum.IsDefined(k) ? k : (SmsGatewayKind?)null;
        if (kind is null)
            form.Refuse("kind", MailRefusals.NotListed);
        if (kind == SmsGatewayKind.Http && !(Uri.TryCreate(form["url"], UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            form.Refuse("url", NoticeRefusals.BadAddress);
        if (kind == SmsGatewayKind.Http && !(form["url"] + form["body"]).Contains("{to}", StringComparison.Ordinal))
            form.Refuse("url", SmsRefusals.NoPlace);
        if (kind == SmsGatewayKind.Spool && !Directory.Exists(form["folder"]))
            form.Refuse("folder", MailRefusals.BadFolder);
        if (form["inFolder"].Length > 0 && (kind != SmsGatewayKind.Spool || !Directory.Exists(form["inFolder"]) || Same(form["inFolder"], form["folder"])))
            form.Refuse("inFolder", kind == SmsGatewayKind.Spool && Directory.Exists(form["inFolder"]) ? SmsRefusals.SameFolder : kind == SmsGatewayKind.Spool ? MailRefusals.BadFolder : SmsRefusals.FolderOfSpool);
        foreach (var (name, most) in ((string, int)[])[("url", 2_000), ("body", LongestBody), ("secret", 1_000), ("folder", 500), ("inFolder", 500), ("inSender", 100), ("inText", 100), ("inId", 100), ("inList", 100), ("answerId", 100), ("reportList", 100), ("reportId", 100), ("reportStatus", 100), ("reportDelivered", 300), ("reportUndeliverable", 300)])
            form.Whole(name, most);
        if (form["countryCode"].Length > 3 || !form["countryCode"].All(char.IsAsciiDigit))
            form.Refuse("countryCode", SmsRefusals.BadCode);
        if (form.Refusals.Count > 0)
        {
            return GatewayPage(http.Request, form, before, false, null).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var gateway = new SmsGateway
        {
            Id = 1, Kind = kind!.Value, Url = Text(form, "url"), Body = Text(form, "body"), Folder = Text(form, "folder"), CountryCode = Text(form, "countryCode"),
            Secret = form["secret"].Length > 0 ? sender.Protect(form["secret"]) : before?.Secret,
            InToken = before?.InToken, InSender = Text(form, "inSender"), InText = Text(form, "inText"), InId = Text(form, "inId"), InList = Text(form, "inList"), InFolder = Text(form, "inFolder"),
            AnswerId = Text(form, "answerId"), ReportList = Text(form, "reportList"), ReportId = Text(form, "reportId"), ReportStatus = Text(form, "reportStatus"), ReportDelivered = Text(form, "reportDelivered"), ReportUndeliverable = Text(form, "reportUndeliverable"),
        };
        database.Entry(gateway).State = before is null ? EntityState.Added : EntityState.Modified;
        audit.Note(database, "sms.gateway-saved");
        await database.SaveChangesAsync(cancellation);
        return TypedResults.Redirect("/sms/gateway?saved=1");
    }

    private static bool Same(string one, string other) => other.Length > 0 && string.Equals(Path.GetFullPath(one).TrimEnd(Path.DirectorySeparatorChar), Path.GetFullPath(other).TrimEnd(Path.DirectorySeparatorChar), StringComparison.Ordinal);

    private static IResult GatewayPage(HttpRequest request, TypedForm form, SmsGateway? kept, bool isSaved, string? secret) => Screen.Of<SmsGatewayPage>(new
    {
        Form = form,
        HasSecret = kept?.Secret is not null,
        IsSaved = isSaved,
        IsKnown = kept is not null,
        HasToken = kept?.InToken is not null || secret is not null,
        Address = $"{request.Scheme}://{request.Host}{request.PathBase}/api/v1/sms",
        Secret = secret,
    });

    private static string? Text(TypedForm form, string name) => form[name].Length == 0 ? null : form[name];
}
