using System.Globalization;
using Crm.Plugin.Commands;
using Microsoft.Extensions.Options;

namespace Crm.Plugin.Shell;

/// <summary>Reads <see cref="CrmPluginOptions"/> out of a .NET ERP's configuration. A misspelt key must not be silently without effect.</summary>
internal sealed class CrmPluginSettings
{
    /// <summary>Name of the section in the ERP's configuration.</summary>
    public const string Section = "Crm";

    private readonly IConfigurationSection section;
    private readonly List<string> problems = [];

    private CrmPluginSettings(IConfigurationSection section) => this.section = section;

    /// <param name="configuration">The ERP's whole configuration with a section <c>Crm</c>, or that section.</param>
    /// <param name="clock">The only clock.</param>
    /// <exception cref="OptionsValidationException">Every value that is wrong, each with its key.</exception>
    public static CrmPluginOptions Read(IConfiguration configuration, TimeProvider clock)
    {
        var settings = new CrmPluginSettings(configuration as IConfigurationSection ?? configuration.GetSection(Section));
        var options = settings.Read(clock);
        return settings.problems.Count == 0 ? options : throw new OptionsValidationException(Section, typeof(CrmPluginOptions), settings.problems);
    }

    private CrmPluginOptions Read(TimeProvider clock)
    {
        AllowOnly(
            section,
            nameof(CrmPluginOptions.DataFolder),
            nameof(CrmPluginOptions.Database),
#if HANGFIRE
            nameof(CrmPluginOptions.HangfireDatabase),
#endif
            nameof(CrmPluginOptions.ProgramFolder),
            nameof(CrmPluginOptions.RunJobs),
            nameof(CrmPluginOptions.Erp));
        var erp = section.GetSection(nameof(CrmPluginOptions.Erp));
        var usual = new InProcessErpOptions();
        AllowOnly(erp, nameof(usual.Connection), nameof(usual.Name), nameof(usual.Poll), nameof(usual.Sweep), nameof(usual.Address), nameof(usual.Roles));
        return new()
        {
            DataFolder = DataFolderOf(section),
            Database = Text(section, nameof(CrmPluginOptions.Database)),
#if HANGFIRE
            HangfireDatabase = Text(section, nameof(CrmPluginOptions.HangfireDatabase)),
#endif
            ProgramFolder = Text(section, nameof(CrmPluginOptions.ProgramFolder)) ?? AppContext.BaseDirectory,
            RunJobs = Parsed(section, nameof(CrmPluginOptions.RunJobs), true, "true or false", text => bool.TryParse(text, out var value) ? value : null),
            Clock = clock,
            Erp = new()
            {
                Connection = Text(erp, nameof(usual.Connection)) is { } name ? Connection(erp, name) : usual.Connection,
                Name = Text(erp, nameof(usual.Name)) ?? usual.Name,
                Poll = Parsed(erp, nameof(usual.Poll), usual.Poll, "a time of at least a second as hh:mm:ss", Time),
                Sweep = Parsed(erp, nameof(usual.Sweep), usual.Sweep, "a time of at least a second as hh:mm:ss", Time),
                Address = Address(erp),
                Roles = RolesOf(erp.GetSection(nameof(usual.Roles))),
            },
        };
    }

    private string DataFolderOf(IConfigurationSection at)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var folder = Text(at, nameof(CrmPluginOptions.DataFolder)) ?? (home.Length > 0 ? Path.Combine(home, "crm-plugin") : null);
        if (folder is null)
        {
            Wrong(at, nameof(CrmPluginOptions.DataFolder), "is missing, and the ERP's account has no home folder to fall back on");
        }
        else if (File.Exists(folder))
        {
            Wrong(at, nameof(CrmPluginOptions.DataFolder), $"is '{folder}': that is a file, a folder is needed");
        }

        return Path.GetFullPath(folder ?? ".");
    }

    private Uri? Address(IConfigurationSection erp)
    {
        if (Text(erp, nameof(InProcessErpOptions.Address)) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return new Uri(url.AbsoluteUri.TrimEnd('/') + "/");
        }

        Wrong(erp, nameof(InProcessErpOptions.Address), $"is '{text}': it must be the http or https address under which users reach the CRM");
        return null;
    }

    private string Connection(IConfigurationSection erp, string name)
    {
        if (!Features.Installation.InstallPlan.IsName(name))
        {
            Wrong(erp, nameof(InProcessErpOptions.Connection), $"is '{name}': it must have 1 to 31 small letters, digits and dashes and begin with a letter");
        }

        return name;
    }

    private Dictionary<string, string> RolesOf(IConfigurationSection roles)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in roles.GetChildren())
        {
            map[group.Key] = group.Value ?? "";
            if (Roles.Find(group.Value ?? "") is null)
            {
                Wrong(roles, group.Key, $"is '{group.Value}': it must be one of {string.Join(", ", Enum.GetValues<Security.Role>().Select(Roles.NameOf))}");
            }
        }

        return map;
    }

    private T Parsed<T>(IConfigurationSection at, string key, T otherwise, string rule, Func<string, T?> parse)
        where T : struct
    {
        if (Text(at, key) is not { } text)
        {
            return otherwise;
        }

        if (parse(text) is { } value)
        {
            return value;
        }

        Wrong(at, key, $"is '{text}': it must be {rule}");
        return otherwise;
    }

    private static TimeSpan? Time(string text) =>
        TimeSpan.TryParseExact(text, @"hh\:mm\:ss", CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero ? time : null;

    private static string? Text(IConfigurationSection at, string key) => at[key] is { Length: > 0 } text ? text : null;

    private void AllowOnly(IConfigurationSection at, params string[] keys)
    {
        foreach (var child in at.GetChildren().Where(c => !keys.Contains(c.Key, StringComparer.OrdinalIgnoreCase)))
        {
            problems.Add($"{child.Path} is not known (known: {string.Join(", ", keys)}).");
        }
    }

    private void Wrong(IConfigurationSection at, string key, string what) => problems.Add($"{at.Path}:{key} {what}.");
}
