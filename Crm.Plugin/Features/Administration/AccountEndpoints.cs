using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Administration;

internal static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder screens)
    {
        screens.MapGet("/users", ListAsync);
        screens.MapGet("/users/new", () => Screen.Of<NewAccountPage>());
        screens.MapPost("/users/new", AddAsync);
        screens.MapGet("/users/{id:long}", ShowAsync);
        screens.MapPost("/users/{id:long}", ChangeAsync);
        screens.MapPost("/users/{id:long}/state", SwitchAsync);
        screens.MapPost("/users/{id:long}/password", PasswordAsync);
    }

    private static async Task<IResult> ListAsync(string? q, string? done, AccountStore accounts, CancellationToken cancellation)
    {
        var text = q is { Length: <= 200 } ? q : "";
        return Screen.Of<AccountsPage>(new { Lines = await accounts.ListAsync(text, cancellation), Text = text, Added = done });
    }

    private static async Task<IResult> AddAsync(HttpContext http, AccountStore accounts, CancellationToken cancellation)
    {
        var form = AccountForm.From(await http.Request.ReadFormAsync(cancellation));
        var wrong = AccountRule.CheckNew(form);
        if (wrong.Count == 0 && await accounts.AddAsync(form, cancellation))
        {
            return TypedResults.Redirect($"/administration/users?done={Uri.EscapeDataString(form.Login)}");
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<NewAccountPage>(new
        {
            Form = form,
            Wrong = wrong.Count > 0 ? wrong : new Dictionary<string, string>(StringComparer.Ordinal) { ["login"] = "Somebody has this login already." },
        });
    }

    private static async Task<IResult> ShowAsync(long id, string? done, AccountStore accounts, CancellationToken cancellation) =>
        await accounts.FindAsync(id, cancellation) is { } line
            ? Screen.Of<AccountPage>(new { Line = line, Form = AccountForm.Of(line.Account), Done = done })
            : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });

    private static Task<IResult> ChangeAsync(long id, HttpContext http, AccountStore accounts, CancellationToken cancellation) =>
        WithLocalAsync(id, http, accounts, "changed", async (line, form) =>
        {
            var wrong = AccountRule.CheckChange(form);
            return wrong.Count > 0 || await accounts.ChangeAsync(line.Account, form, cancellation) ? wrong : LastAdministrator("role");
        }, cancellation);

    private static Task<IResult> SwitchAsync(long id, HttpContext http, CurrentUser user, AccountStore accounts, CancellationToken cancellation) =>
        WithLocalAsync(id, http, accounts, "switched", async (line, _) =>
        {
            var on = http.Request.Form["on"] == "1";
            return !on && id == user.Id ? Wrong("state", "You cannot switch yourself off.")
                : await accounts.SwitchAsync(line.Account, on, cancellation) ? Nothing
                : LastAdministrator("state");
        }, cancellation);

    private static Task<IResult> PasswordAsync(long id, HttpContext http, AccountStore accounts, CancellationToken cancellation) =>
        WithLocalAsync(id, http, accounts, "password", async (line, form) =>
        {
            if (AccountRule.Password(form.Password) is { } wrong)
            {
                return Wrong("password", wrong);
            }

            await accounts.SetPasswordAsync(line.Account, form.Password, cancellation);
            return Nothing;
        }, cancellation);

    private static IReadOnlyDictionary<string, string> Nothing { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    private static Dictionary<string, string> Wrong(string field, string text) => new(StringComparer.Ordinal) { [field] = text };

    private static Dictionary<string, string> LastAdministrator(string field) => Wrong(field, "This is the last local administrator: make another one first.");

    /// <summary>Only local accounts are changed here: the ERP decides about its own people.</summary>
    private static async Task<IResult> WithLocalAsync(
        long id, HttpContext http, AccountStore accounts, string deed, Func<AccountLine, AccountForm, Task<IReadOnlyDictionary<string, string>>> change, CancellationToken cancellation)
    {
        var sent = await http.Request.ReadFormAsync(cancellation);
        if (await accounts.FindAsync(id, cancellation) is not { Account.ConnectionId: null } line)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var form = sent.ContainsKey("name") ? AccountForm.From(sent) : AccountForm.Of(line.Account) with { Password = sent["password"].ToString() };
        var wrong = await change(line, form);
        if (wrong.Count == 0)
        {
            return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/administration/users/{id}?done={deed}"));
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<AccountPage>(new { Line = line, Form = form, Wrong = wrong });
    }
}
