using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Crm.Plugin.Security;

/// <summary>Keys for whoever only looks: those that are there are read, none is made, and no folder is.</summary>
internal static class UntouchedKeys
{
    /// <summary>Call after the security was added.</summary>
    public static void Use(IServiceCollection services, string dataFolder)
    {
        services.AddDataProtection().DisableAutomaticKeyGeneration();
        if (!Directory.Exists(Path.Combine(dataFolder, "keys")))
        {
            // The framework's repository makes its folder even to read from it.
            services.Configure<KeyManagementOptions>(o => o.XmlRepository = new Nothing());
        }
    }

    private sealed class Nothing : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [];

        public void StoreElement(XElement element, string friendlyName) => throw new InvalidOperationException("Who only looks stores no keys.");
    }
}
