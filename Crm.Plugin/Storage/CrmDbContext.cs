using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Crm.Plugin.Storage;

/// <summary>
/// The plugin's one database. Names no table: each feature's entity configuration lies beside the feature and is found here.
/// </summary>
/// <remarks>
/// Shapes that hold everywhere: days are integers (<see cref="DateOnly.DayNumber"/>), instants are microseconds since 1970 UTC,
/// amounts are integers of 1/10,000 currency unit (names end in <c>E4</c>), so that both databases sort, sum and index them alike.
/// </remarks>
public sealed class CrmDbContext(DbContextOptions<CrmDbContext> options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CrmDbContext).Assembly);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase.From(property.Name));
            }
        }
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateOnly>().HaveConversion<DayConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
    }

    private sealed class DayConverter() : ValueConverter<DateOnly, int>(d => d.DayNumber, n => DateOnly.FromDayNumber(n));

    private sealed class InstantConverter() : ValueConverter<DateTimeOffset, long>(i => Instant.ToMicroseconds(i), m => Instant.FromMicroseconds(m));
}
