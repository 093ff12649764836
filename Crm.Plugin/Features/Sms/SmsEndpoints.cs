using System.Globalization;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Selections;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>One message of the list with its fate.</summary>
public sealed record SmsLine(long Id, string Number, string Text, int Parts, SmsState State, string? Error, DateTimeOffset CreatedAt, long? CounterpartyId);

/// <summary>Writing messages to a selection, their fate, and the gateway.</summary>
internal static class SmsEndpoints
{
    private const int PageSize = 50;
    private const int LongestBody = 10_000;

    public static async Task<IResult> NewAsync(HttpRequest request, SmsComposer composer, CrmDbContext database, CancellationToken cancellation) =>
        await PageAsync(new TypedForm(new(Selection.From(request.Query).Fields()) { ["key"] = Guid.NewGuid().ToString("N") }), composer, database, cancellation);

    public static async Task<IResult> SendAsync(HttpContext http, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 4_000);
        if (form["do"] == "choose")
        {
            return await PageAsync(form, composer, database, cancellation);
        }

        if (form.Whole("text", 4_000).Length == 0)
            form.Refuse("text", SmsRefusals.NoText);
        foreach (var unknown in MailFields.Unknown(form["text"]))
            form.Refuse("text", MailRefusals.UnknownField, "{" + unknown + "}");
        if (SmsRule.Measure(form["text"]) is { Parts: > SmsRule.MostParts } length)
            form.Refuse("text", SmsRefusals.TooManyParts, length.Parts, SmsRule.MostParts);
        var selection = await composer.SelectAsync(Selection.From(form), cancellation);
        if (selection.Recipients.Count == 0)
            form.Refuse("to", SmsRefusals.NobodyLeft);
        if (form.Refusals.Count > 0 || form["do"] == "count")
        {
            return (await PageAsync(form, composer, database, cancellation)).WithStatus(http, form.Refusals.Count > 0 ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status200OK);
        }

        await composer.SendAsync(form["key"], form["text"], selection.Recipients, cancellation);
        return TypedResults.Redirect("/sms");
    }

    /// <summary>A user's own messages; an administrator sees everybody's.</summary>
    public static Task<IResult> ListAsync(long? before, CrmDbContext database, CurrentUser user, CancellationToken cancellation) => ListPageAsync(before, new([]), database, user, cancellation);

    private static async Task<IResult> ListPageAsync(long? before, TypedForm form, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var edge = before ?? long.MaxValue;
        var lines = await database.Set<SmsOut>().Where(m => m.Id < edge && (user.IsAdministrator || m.UserId == user.Id)).OrderByDescending(m => m.Id).Take(PageSize + 1)
            .Select(m => new SmsLine(m.Id, m.Number, m.Text, m.Parts, m.State, m.Error, m.CreatedAt, m.CounterpartyId)).ToListAsync(cancellation);
        var next = lines.Count > PageSize ? lines[PageSize - 1].Id : (long?)null;
        return Screen.Of<SmsPage>(new { Lines = (IReadOnlyList<SmsLine>)[.. lines.Take(PageSize)], Next = next, Form = form });
    }

    /// <summary>A number that wants no more.</summary>
    public static async Task<IResult> StopAsync(HttpContext http, CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 100);
        var code = await database.Set<SmsGateway>().Select(g => g.CountryCode).FirstOrDefaultAsync(cancellation);
        if (SmsRule.Number(form["number"], code) is not { } number)
        {
            form.Refuse("number", SmsRefusals.BadNumber);
            return (await ListPageAsync(null, form, database, user, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await SmsSuppressions.AddAsync(database, number, clock.GetUtcNow(), cancellation) == 1)
        {
            audit.Note(database, "sms.suppressed");
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);

        return TypedResults.Redirect("/sms");
    }

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
        foreach (var (name, most) in ((string, int)[])[("url", 2_000), ("body", LongestBody), ("secret", 1_000), ("folder", 500), ("inFolder", 500), ("inSender", 100), ("inText", 100), ("inId", 100), ("inList", 100)])
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

    private static async Task<IResult> PageAsync(TypedForm form, SmsComposer composer, CrmDbContext database, CancellationToken cancellation)
    {
        var selection = await composer.SelectAsync(Selection.From(form), cancellation);
        var wishes = await People.ChannelWishes.OtherThanAsync(database, selection.Recipients.Select(r => (long?)r.CounterpartyId), People.ContactChannel.Message, cancellation);
        return Screen.Of<SmsComposePage>(new
        {
            Form = form,
            Selection = selection,
            Choices = await composer.Selections.ChoicesAsync(cancellation),
            Wishes = (IReadOnlyList<(string, People.ContactChannel)>)[.. selection.Recipients.Where(r => wishes.ContainsKey(r.CounterpartyId)).Select(r => (r.Person ?? r.Name, wishes[r.CounterpartyId]))],
            HasGateway = await database.Set<SmsGateway>().AnyAsync(g => g.Kind != SmsGatewayKind.None, cancellation),
        });
    }
}

/// <summary>Every reason that these forms refuse for; each has translations.</summary>
public static class SmsRefusals
{
    public const string BadNumber = "This is not a number that can get messages. Example: +380 67 123-45-67.";
    public const string NoText = "Write a few words.";
    public const string TooManyParts = "The message would have {0} parts; at most {1} are sent.";
    public const string NobodyLeft = "Nobody of this selection can get a message.";
    public const string NoPlace = "The address or the body needs the place to in braces where the number goes.";
    public const string FolderOfSpool = "A folder of received messages goes with the way: files in a folder.";
    public const string SameFolder = "Received messages need a folder of their own.";
    public const string BadCode = "A country code is one to three digits.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(SmsRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
