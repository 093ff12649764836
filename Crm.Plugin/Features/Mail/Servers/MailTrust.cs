using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Crm.Plugin.Features.Mail.Servers;

/// <summary>Which certificates of mail servers are trusted.</summary>
internal sealed class MailTrust
{
    /// <summary><c>CRM_MAIL_CA</c>: a PEM file with the authorities of an office's own servers; null for those of the system.</summary>
    public string? AuthorityFile { get; set; } = Environment.GetEnvironmentVariable("CRM_MAIL_CA") is { Length: > 0 } file ? file : null;

    /// <summary>The same options with these authorities alone, where there is a file of them.</summary>
    public SslClientAuthenticationOptions Narrow(SslClientAuthenticationOptions options)
    {
        if (AuthorityFile is { } file)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }

        return options;
    }
}
