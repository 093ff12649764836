using System.Security.Cryptography;
using System.Text;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>
/// Knows a form or a request that is sent again: an answer that was lost on its way leaves the sender no choice, and must not leave
/// two records. What was changed in between is another one, and is kept.
/// </summary>
internal static class Submission
{
    /// <summary>Names a form that is about to be shown.</summary>
    public static string New() => Guid.NewGuid().ToString("N");

    /// <summary>The same for the same parts.</summary>
    public static Guid Of(IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]); // no part has it
        }

        return new(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
