using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Crm.Plugin.Storage;

/// <summary>Registers the database.</summary>
internal static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services, DatabaseOptions options)
    {
        services.AddSingleton(options);
        services.AddPooledDbContextFactory<CrmDbContext>(builder => Configure(builder, options));
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext());
        return services;
    }

    /// <summary>Builds the model of the entities, which every context of the process then shares: started early, it is built beside other work.</summary>
    public static void ReadModel(DatabaseOptions options)
    {
        var builder = new DbContextOptionsBuilder<CrmDbContext>();
        Configure(builder, options);
        using var database = new CrmDbContext(builder.Options);
        _ = database.Model;
    }

    public static void Configure(DbContextOptionsBuilder builder, DatabaseOptions options)
    {
        if (options.Kind == DatabaseKind.Sqlite)
        {
            SqliteEngine.SetUp();
            builder.UseSqlite(options.ConnectionString).AddInterceptors(new SqlitePragmas());
        }
        else
        {
            builder.UseNpgsql(options.ConnectionString);
        }

        builder.AddInterceptors(new CleanParameters());
        // Migrations are written by hand, so there is no model snapshot to compare the model with.
        builder.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning));
        builder.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking);
    }
}
