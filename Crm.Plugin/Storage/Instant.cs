namespace Crm.Plugin.Storage;

/// <summary>Instants as the database keeps them: whole microseconds since 1970-01-01 UTC.</summary>
public static class Instant
{
    /// <summary>Cuts off what is finer than a microsecond.</summary>
    public static long ToMicroseconds(DateTimeOffset instant) => (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;

    /// <summary>Always with offset zero.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * 10), TimeSpan.Zero);
}
