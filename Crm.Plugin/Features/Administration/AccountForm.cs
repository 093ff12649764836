using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Administration;

/// <summary>What was typed about an account.</summary>
public sealed record AccountForm(string Login, string Name, string Email, Role? Role, string Team, string Password)
{
    /// <summary>Nothing yet.</summary>
    public static AccountForm Empty { get; } = new("", "", "", Security.Role.SalesManager, "", "");

    /// <summary>Reads a sent form; the password is taken as it is.</summary>
    public static AccountForm From(IFormCollection form) => new(
        form["login"].ToString().Trim(), form["name"].ToString().Trim(), form["email"].ToString().Trim(),
        Enum.TryParse<Role>(form["role"], out var role) && Enum.IsDefined(role) ? role : null, form["team"].ToString().Trim(), form["password"].ToString());

    /// <summary>As of an account.</summary>
    public static AccountForm Of(UserAccount account) => new(account.Login, account.Name, account.Email ?? "", account.Role, account.Team ?? "", "");
}

/// <summary>Decides whether what was typed can be kept. Field name and English text, the key of its translations.</summary>
internal static class AccountRule
{
    public const int ShortestPassword = 8;

    public static IReadOnlyDictionary<string, string> CheckNew(AccountForm form) => Check(form, withLogin: true, withPassword: true);

    public static IReadOnlyDictionary<string, string> CheckChange(AccountForm form) => Check(form, withLogin: false, withPassword: false);

    public static string? Password(string password) => password.Length is < ShortestPassword or > 1000 ? "A password has 8 to 1,000 characters." : null;

    private static Dictionary<string, string> Check(AccountForm form, bool withLogin, bool withPassword)
    {
        var wrong = new Dictionary<string, string>(StringComparer.Ordinal);
        if (withLogin && form.Login.Length is 0 or > 200)
        {
            wrong["login"] = "A login has 1 to 200 characters.";
        }

        if (form.Name.Length is 0 or > 200)
        {
            wrong["name"] = "A name has 1 to 200 characters.";
        }

        if (form.Email.Length > 320 || (form.Email.Length > 0 && !form.Email[1..].Contains('@', StringComparison.Ordinal)))
        {
            wrong["email"] = "This is no e-mail address.";
        }

        if (form.Role is null)
        {
            wrong["role"] = "Choose a role.";
        }

        if (form.Team.Length > 100)
        {
            wrong["team"] = "A team's name has at most 100 characters.";
        }

        if (withPassword && Password(form.Password) is { } password)
        {
            wrong["password"] = password;
        }

        return wrong;
    }
}
