using System.Text;
using System.Text.Json;
using Crm.Plugin.Mirror;

namespace Crm.Plugin.Commands;

/// <summary>Kinds of records as commands name them.</summary>
internal static class EntityNames
{
    /// <summary><c>salesOrders</c>, in JSON.</summary>
    public static string Json(MirrorEntity entity) => JsonNamingPolicy.CamelCase.ConvertName(entity.ToString());

    /// <summary><c>sales orders</c>, in text.</summary>
    public static string Words(MirrorEntity entity)
    {
        var words = new StringBuilder();
        foreach (var letter in entity.ToString())
        {
            words.Append(char.IsUpper(letter) && words.Length > 0 ? " " : "").Append(char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }
}
