namespace Crm.Plugin.Storage;

/// <summary>Which database keeps the plugin's data.</summary>
public enum DatabaseKind
{
    /// <summary>A file in the data folder: one plugin process.</summary>
    Sqlite,

    /// <summary>PostgreSQL 15 or newer: as many plugin processes as needed.</summary>
    PostgreSql,
}

/// <summary>Where the plugin's data live.</summary>
/// <param name="Kind">Which engine.</param>
/// <param name="ConnectionString">As the engine's ADO.NET provider reads it; may hold a password, never logged.</param>
public sealed record DatabaseOptions(DatabaseKind Kind, string ConnectionString)
{
    /// <summary>Reads <c>CRM_DATABASE</c>: empty for a file in the data folder, else a PostgreSQL connection string or URI.</summary>
    public static DatabaseOptions From(string? setting, string dataFolder)
    {
        if (string.IsNullOrWhiteSpace(setting))
        {
            return new(DatabaseKind.Sqlite, $"Data Source={Path.Combine(dataFolder, "crm.db")}");
        }

        return setting.StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase)
            ? new(DatabaseKind.Sqlite, setting)
            : new(DatabaseKind.PostgreSql, Prepared(setting.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) && setting.Contains("://", StringComparison.Ordinal) ? FromUri(new Uri(setting)) : setting));
    }

    /// <summary>The statements of the screens are few and come again: the server keeps their plans, unless the setting says otherwise (as a connection pooler may need).</summary>
    private static string Prepared(string setting)
    {
        try
        {
            // Npgsql's own builder "contains" every key that it knows, said or not.
            var said = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = setting };
            var builder = new Npgsql.NpgsqlConnectionStringBuilder(setting);
            if (!said.Keys.Cast<string>().Any(k => k.Replace(" ", "", StringComparison.Ordinal).Equals("MaxAutoPrepare", StringComparison.OrdinalIgnoreCase)))
            {
                builder.MaxAutoPrepare = 200;
            }

            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            return setting; // the first connection says what is wrong with it, where somebody hears it
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Kind.ToString();

    private static string FromUri(Uri uri)
    {
        var account = uri.UserInfo.Split(':', 2);
        var builder = new Npgsql.NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = uri.AbsolutePath.Trim('/'),
        };
        if (account[0].Length > 0)
        {
            builder.Username = Uri.UnescapeDataString(account[0]);
        }

        if (account.Length > 1)
        {
            builder.Password = Uri.UnescapeDataString(account[1]);
        }

        return builder.ConnectionString;
    }
}
