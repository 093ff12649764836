using System.Text;

namespace Crm.Plugin.Storage;

/// <summary>Column names: <c>HostKey</c> becomes <c>host_key</c>, <c>TotalE4</c> becomes <c>total_e4</c>.</summary>
internal static class SnakeCase
{
    public static string From(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }
}
