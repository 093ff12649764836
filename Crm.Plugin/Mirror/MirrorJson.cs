using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Crm.Contracts;

namespace Crm.Plugin.Mirror;

/// <summary>Contact mechanisms and addresses as one short JSON text: a card reads them with its row, and no list joins for them.</summary>
public static partial class MirrorJson
{
    /// <summary>Empty list: "".</summary>
    public static string Write(IReadOnlyList<ContactMechanism> mechanisms) =>
        mechanisms.Count == 0 ? "" : JsonSerializer.Serialize(mechanisms, Json.Default.IReadOnlyListContactMechanism);

    /// <summary>Empty list: "".</summary>
    public static string Write(IReadOnlyList<PostalAddress> addresses) =>
        addresses.Count == 0 ? "" : JsonSerializer.Serialize(addresses, Json.Default.IReadOnlyListPostalAddress);

    /// <summary>Reads what <see cref="Write(IReadOnlyList{ContactMechanism})"/> wrote.</summary>
    public static IReadOnlyList<ContactMechanism> ReadMechanisms(string text) =>
        text.Length == 0 ? [] : JsonSerializer.Deserialize(text, Json.Default.IReadOnlyListContactMechanism)!;

    /// <summary>Reads what <see cref="Write(IReadOnlyList{PostalAddress})"/> wrote.</summary>
    public static IReadOnlyList<PostalAddress> ReadAddresses(string text) =>
        text.Length == 0 ? [] : JsonSerializer.Deserialize(text, Json.Default.IReadOnlyListPostalAddress)!;

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(IReadOnlyList<ContactMechanism>))]
    [JsonSerializable(typeof(IReadOnlyList<PostalAddress>))]
    private sealed partial class Json : JsonSerializerContext
    {
        static Json() => Default = new Json(new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        });
    }
}
