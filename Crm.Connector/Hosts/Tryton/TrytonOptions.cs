using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>The settings of one connection, checked.</summary>
internal sealed record TrytonOptions
{
    /// <summary>Scheme, host and port; the path is "/".</summary>
    public required Uri Server { get; init; }

    /// <summary>From the address; null asks the server, which must have exactly one.</summary>
    public string? Database { get; init; }

    public required string User { get; init; }

    public required string Password { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>A write stamp is the start of its transaction, so rows older than the last read may still appear.</summary>
    public TimeSpan Overlap { get; init; }

    public int PageSize { get; init; }

    public int Parallel { get; init; }

    public int Retries { get; init; }

    public TimeSpan ConnectTimeout { get; init; }

    public TimeSpan ResponseTimeout { get; init; }

    /// <summary>Name of the relation type that makes a party a contact person; "" takes every type.</summary>
    public string ContactPersonRelation { get; init; } = "";

    /// <exception cref="HostException">A setting is missing or wrong.</exception>
    public static TrytonOptions From(HostSettings settings)
    {
        if (!Uri.TryCreate(settings.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw Wrong("address", "CRM_HOST_URL must be an address such as http://127.0.0.1:8069/ or https://erp.example.com/database/.");
        if (address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw Wrong("address", "CRM_HOST_URL holds the server and perhaps the database, nothing else; user and password have settings of their own.");
        var path = address.AbsolutePath.Trim('/');
        if (path.Contains('/'))
            throw Wrong("address", "CRM_HOST_URL names more than one path segment; only the database may follow the server.");
        if (string.IsNullOrEmpty(settings.User) || settings.User.Contains(':'))
            throw Wrong("user", "CRM_HOST_USER is missing or holds a ':', which Tryton's session header cannot carry.");
        if (string.IsNullOrEmpty(settings.Password))
            throw Wrong("password", "CRM_HOST_PASSWORD is missing.");
        return new TrytonOptions
        {
            Server = new Uri(address.GetLeftPart(UriPartial.Authority) + "/"),
            Database = path.Length == 0 ? null : Uri.UnescapeDataString(path),
            User = settings.User,
            Password = settings.Password,
            Clock = settings.Clock,
            Overlap = TimeSpan.FromMinutes(Number(settings, "overlapMinutes", 5, 0, 1440)),
            PageSize = (int)Number(settings, "pageSize", 1000, 1, 10_000),
            Parallel = (int)Number(settings, "parallel", 2, 1, 8),
            Retries = (int)Number(settings, "retries", 3, 0, 10),
            ConnectTimeout = TimeSpan.FromSeconds(Number(settings, "connectTimeoutSeconds", 10, 0.1, 300)),
            ResponseTimeout = TimeSpan.FromSeconds(Number(settings, "responseTimeoutSeconds", 100, 0.1, 3600)),
            ContactPersonRelation = settings.Options.GetValueOrDefault("contactPersonRelation", "").Trim(),
        };
    }

    private static double Number(HostSettings settings, string key, double standard, double least, double most)
    {
        if (!settings.Options.TryGetValue(key, out var text) || text.Length == 0)
            return standard;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong("option", string.Create(CultureInfo.InvariantCulture, $"options:{key} must be a number from {least} to {most}."));
    }

    private static HostException Wrong(string what, string message) => new(HostFailure.Refused, $"tryton.bad-{what}", message);
}
