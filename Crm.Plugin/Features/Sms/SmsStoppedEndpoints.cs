using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Numbers that want no messages, and taking that back. Numbers tell whose they are: only who may see everybody looks through them, only who may write to everybody takes it back.</summary>
internal static class SmsStoppedEndpoints
{
    private const int PageSize = 50;
    private const int LongestReason = 300;

    public static bool MaySee(CurrentUser user) => user.Rights.ReadScope == Scope.All;

    public static Task<IResult> ShowAsync(HttpRequest request, string? q, string? after, CrmDbContext database, CurrentUser user, CancellationToken cancellation) =>
        PageAsync(q ?? "", after ?? "", request.Query.ContainsKey("allowed"), new([]), database, user, cancellation);

    public static async Task<IResult> AllowAsync(HttpContext http, CrmDbContext database, CurrentUser user, AuditLog audit, CancellationToken cancellation)
    {
        var form = TypedForm.From(await http.Request.ReadFormAsync(cancellation), 1_000);
        if (!MaySee(user) || user.Rights.WriteScope != Scope.All)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        if (form.Whole("reason", LongestReason).Length == 0)
            form.Refuse("reason", SmsRefusals.NoReason);
        if (form.Refusals.Count > 0)
        {
            return (await PageAsync(form["number"], "", false, form, database, user, cancellation)).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var number = form["number"];
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        // Noted only by who took it back: of two at once the other finds nothing.
        if (await database.Set<SmsSuppression>().Where(s => s.Number == number).ExecuteDeleteAsync(cancellation) == 1)
        {
            audit.Note(database, "sms.allowed", "sms", null, AuditChange.Of(("number", number, null), ("reason", null, form["reason"])));
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return TypedResults.LocalRedirect("/sms/stopped?allowed=1");
    }

    private static async Task<IResult> PageAsync(string typed, string after, bool isAllowed, TypedForm form, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        if (!MaySee(user))
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
        }

        var digits = new string([.. typed.Take(40).Where(char.IsAsciiDigit)]);
#pragma warning disable CA1309 // The database compares letter by letter; it has no notion of the framework's comparisons.
        var rest = database.Set<SmsSuppression>().Where(s => string.Compare(s.Number, after) > 0);
#pragma warning restore CA1309
        var found = await (digits.Length == 0 ? rest : rest.Where(s => s.Number.Contains(digits))).OrderBy(s => s.Number).Take(PageSize + 1).ToListAsync(cancellation);
        return Screen.Of<SmsStoppedPage>(new
        {
            Numbers = (IReadOnlyList<SmsSuppression>)[.. found.Take(PageSize)],
            Find = typed.Length > 40 ? typed[..40] : typed,
            Next = found.Count > PageSize ? found[PageSize - 1].Number : null,
            MayAllow = user.Rights.WriteScope == Scope.All,
            IsAllowed = isAllowed,
            Form = form,
        });
    }
}
