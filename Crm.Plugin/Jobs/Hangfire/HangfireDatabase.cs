using System.Security.Cryptography;
using System.Text;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Hangfire;
using Hangfire.SqlServer;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>Hangfire's tables in the SQL Server that <c>CRM_HANGFIRE_DATABASE</c> names, in a schema of this installation's own.</summary>
internal static partial class HangfireDatabase
{
    private const int Deadlock = 1205;

    /// <summary>Makes the tables where they are missing.</summary>
    /// <exception cref="CommandFailure">The setting is missing or wrong, or the server does not take it.</exception>
    public static JobStorage Open(CrmPluginOptions options, ILogger logger)
    {
        var setting = Checked(options.HangfireDatabase);
        using (var connection = Connect(setting))
        {
            var schema = SchemaOf(Identity(options));
            MakeTables(connection, schema);
            LogSchema(logger, schema);
            // A connection factory: Hangfire is never told the connection string, so it cannot show it.
            return new SqlServerStorage(() => new SqlConnection(setting), new SqlServerStorageOptions
            {
                SchemaName = schema,
                PrepareSchemaIfNecessary = false, // it would go on without tables
                SlidingInvisibilityTimeout = TimeSpan.FromMinutes(1), // then a killed process's runs are another one's
                DisableGlobalLocks = true, // they serve older programs in the same schema, and there are none
            });
        }
    }

    /// <summary>Looks whether the server takes the account; makes nothing.</summary>
    public static HostCheck Examine(CrmPluginOptions options)
    {
        const string Name = "jobs";
        try
        {
            using var connection = Connect(Checked(options.HangfireDatabase));
            return new(Name, CheckState.Ok, $"Hangfire on SQL Server {connection.ServerVersion}");
        }
        catch (CommandFailure failure)
        {
            return new(Name, CheckState.Failed, failure.Code, failure.Message);
        }
    }

    private static SqlConnection Connect(string setting)
    {
        var connection = new SqlConnection(setting);
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqlException exception)
        {
            connection.Dispose();
            throw Explain(exception.Number, isConnected: false);
        }
    }

    private static void MakeTables(SqlConnection connection, string schema)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                SqlServerObjectsInstaller.Install(connection, schema, enableHeavyMigrations: false);
                return;
            }
            catch (SqlException exception) when (exception.Number == Deadlock && attempt < 3)
            {
                // Another process makes them at this moment.
            }
            catch (SqlException exception)
            {
                throw Explain(exception.Number, isConnected: true);
            }
        }
    }

    /// <summary>Several installations may share a server: none may run, or hold back, another one's jobs.</summary>
    /// <param name="identity">Of the CRM's database, the same for all processes of an installation.</param>
    public static string SchemaOf(string identity) => "crm_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 4));

    /// <summary>One line for what SQL Server answered.</summary>
    public static CommandFailure Explain(int number, bool isConnected) => number switch
    {
        18456 or 18452 => new("crm.hangfire-refused", "SQL Server refuses the account that CRM_HANGFIRE_DATABASE names: check user and password."),
        4060 or 911 => new("crm.hangfire-missing", "SQL Server does not have the database that CRM_HANGFIRE_DATABASE names, or the account may not enter it: create it."),
        262 or 229 or 2759 or 2760 => new("crm.hangfire-rights", "The account that CRM_HANGFIRE_DATABASE names may not create a schema and tables: make it the owner of the database."),
        _ when isConnected => new("crm.hangfire-failed", $"SQL Server failed with error {number} when Hangfire's tables were made: its own log says more."),
        _ => new("crm.hangfire-unreachable", $"The SQL Server that CRM_HANGFIRE_DATABASE names cannot be reached (error {number}): start it, correct host and port, or add TrustServerCertificate=true if its certificate is its own."),
    };

    /// <summary>The connection string, when it can be read.</summary>
    /// <exception cref="CommandFailure">It is missing or wrong.</exception>
    public static string Checked(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
        {
            throw new CommandFailure("crm.hangfire-not-set", "This build runs its jobs by Hangfire: set CRM_HANGFIRE_DATABASE to the connection string of a SQL Server database.");
        }

        try
        {
            return new SqlConnectionStringBuilder(setting).ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The reason may quote the string, and with it a password.
            throw new CommandFailure("crm.hangfire-not-set", "CRM_HANGFIRE_DATABASE is no connection string of SQL Server, such as Server=HOST;Database=NAME;User ID=USER;Password=…");
        }
    }

    private static string Identity(CrmPluginOptions options)
    {
        var database = DatabaseOptions.From(options.Database, options.DataFolder);
        if (database.Kind == DatabaseKind.Sqlite)
        {
            return $"{Environment.MachineName}:{Path.GetFullPath(options.DataFolder)}";
        }

        // Hosts and ports are written in many ways; this number is PostgreSQL's own.
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system()", connection);
        return (string)command.ExecuteScalar()!;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Hangfire runs the jobs; its tables are in the schema {Schema}")]
    private static partial void LogSchema(ILogger logger, string schema);
}
