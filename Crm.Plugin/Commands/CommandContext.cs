using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Commands;

/// <summary>The plugin's services for the length of one command: no web server, no background work.</summary>
internal sealed class CommandContext : IAsyncDisposable
{
    private readonly ServiceProvider provider;
    private readonly AsyncServiceScope scope;

    private CommandContext(ServiceProvider provider, Terminal terminal)
    {
        this.provider = provider;
        Terminal = terminal;
        scope = provider.CreateAsyncScope();
        Services.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System with { Login = $"{Environment.UserName} (command line)" };
    }

    public Terminal Terminal { get; }

    public IServiceProvider Services => scope.ServiceProvider;

    public CrmPluginOptions Options => Get<CrmPluginOptions>();

    /// <summary>What the plugin is started with.</summary>
    public static CrmPluginOptions OptionsFor(DirectoryInfo? data, Terminal terminal, bool runJobs) => new()
    {
        DataFolder = DataFolder.Choose(data?.FullName, terminal),
        Database = terminal.Variable("CRM_DATABASE"),
#if HANGFIRE
        HangfireDatabase = terminal.Variable("CRM_HANGFIRE_DATABASE"),
#endif
        ProgramFolder = terminal.ProgramFolder,
        RunJobs = runJobs,
    };

    /// <summary>Opens folder and database and brings the database up to this version.</summary>
    public static async Task<CommandContext> OpenAsync(CrmPluginOptions options, Terminal terminal, CancellationToken cancellation)
    {
        DataFolder.Open(options.DataFolder);
        var context = Prepare(options, terminal, looksOnly: false);
        try
        {
            await DatabaseUpgrade.RunAsync(context.provider, cancellation);
            return context;
        }
        catch
        {
            await context.DisposeAsync();
            throw;
        }
    }

    /// <summary>The services over a database that may be absent or of another version, for whoever only looks: neither folder nor key is made.</summary>
    public static CommandContext Look(CrmPluginOptions options, Terminal terminal) => Prepare(options, terminal, looksOnly: true);

    private static CommandContext Prepare(CrmPluginOptions options, Terminal terminal, bool looksOnly)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => Logs(logging, quiet: true));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddCrmPlugin(options);
        if (looksOnly)
        {
            // That there are no keys is a finding of the check, not a fault to be logged.
            services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.None));
            UntouchedKeys.Use(services, options.DataFolder);
        }

        return new(services.BuildServiceProvider(), terminal);
    }

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await scope.DisposeAsync();
        await provider.DisposeAsync();
    }

    /// <summary>Logs go to standard error, so that standard output holds facts only.</summary>
    public static void Logs(ILoggingBuilder logging, bool quiet)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
            o.UseUtcTimestamp = true;
        });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning);
        // A key ring in a folder that its owner alone may read is what we want; the framework warns at each start.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // A failed statement is thrown and told once, as one line with its cure.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None);
        logging.AddFilter("Crm.Plugin", quiet ? LogLevel.Error : LogLevel.Information);
    }
}
