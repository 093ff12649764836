using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Plugin.Security;

/// <summary>Text of a bearer token: <c>crm_</c> and 32 random bytes in base64url.</summary>
internal static class TokenText
{
    public static string Create() => "crm_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 of the whole text, lower-case hexadecimal, as <see cref="ApiToken.Hash"/> keeps it. A random token needs no salt.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
