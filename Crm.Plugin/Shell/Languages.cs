using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace Crm.Plugin.Shell;

/// <summary>The languages that the screens speak.</summary>
public static class Languages
{
    /// <summary>Cookie with the chosen language.</summary>
    public const string Cookie = "crm-language";

    /// <summary>Code, own name and culture; English first because it is the fallback.</summary>
    public static IReadOnlyList<(string Code, string Name, CultureInfo Culture)> All { get; } =
    [
        ("en", "English", CultureInfo.GetCultureInfo("en-GB")),
        ("ru", "Русский", CultureInfo.GetCultureInfo("ru-RU")),
        ("uk", "Українська", CultureInfo.GetCultureInfo("uk-UA")),
    ];

    /// <summary>The code of the language that this request is answered in.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;

    /// <summary>Chosen in the address, else by the cookie, else by the browser.</summary>
    public static RequestLocalizationOptions Options()
    {
        var cultures = All.Select(l => l.Culture).ToList();
        return new()
        {
            DefaultRequestCulture = new RequestCulture(cultures[0]),
            SupportedCultures = cultures,
            SupportedUICultures = cultures,
            RequestCultureProviders = [new Chosen()],
        };
    }

    private sealed class Chosen : RequestCultureProvider
    {
        public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
        {
            var request = httpContext.Request;
            var chosen = Find(request.Query["lang"].ToString()) ?? Find(request.Cookies[Cookie]) ??
                request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1).Select(l => Find(l.Value.ToString())).FirstOrDefault(c => c is not null);
            return Task.FromResult(chosen is null ? null : new ProviderCultureResult(chosen.Name));
        }

        /// <summary>"ru", "ru-RU" and "ru-KZ" all mean Russian.</summary>
        private static CultureInfo? Find(string? asked) =>
            string.IsNullOrEmpty(asked) ? null : All.FirstOrDefault(l => l.Code.Equals(asked.Split('-')[0], StringComparison.OrdinalIgnoreCase)).Culture;
    }
}
