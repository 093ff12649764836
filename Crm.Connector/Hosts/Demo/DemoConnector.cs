using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>
/// An ERP that needs no set-up: a believable wholesale trader of building supplies, made from the option <c>seed</c>
/// (whole number from 0 to 2147483647, default 20241), that goes on living with the clock.
/// </summary>
public sealed class DemoConnector : IHostConnector
{
    private const string SeedKey = "seed";
    private const int DefaultSeed = 20241;

    /// <inheritdoc/>
    public IHost Open(HostSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var text = settings.Options.FirstOrDefault(o => o.Key.Equals(SeedKey, StringComparison.OrdinalIgnoreCase)).Value;
        var seed = DefaultSeed;
        if (!string.IsNullOrEmpty(text) && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
        {
            throw new HostException(HostFailure.Refused, "demo.bad-seed", $"The option '{SeedKey}' must be a whole number from 0 to {int.MaxValue}.");
        }

        return new DemoHost(new DemoCompany(seed, settings.Clock));
    }
}
