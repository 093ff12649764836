using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Crm.Contracts;

namespace Crm.Plugin.Mirror;

/// <summary>Contact mechanisms and addresses as one short JSON text: a card reads them with its row, and no list joins for them.</summary>
public static partial class MirrorJson
{
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Bytes, Utf8JsonWriter Json)? writing;

    /// <summary>Empty list: "".</summary>
    public static string Write(IReadOnlyList<ContactMechanism> mechanisms) =>
        mechanisms.Count == 0 ? "" : Write(mechanisms, Json.Default.IReadOnlyListContactMechanism);

    /// <summary>Empty list: "".</summary>
    public static string Write(IReadOnlyList<PostalAddress> addresses) =>
        addresses.Count == 0 ? "" : Write(addresses, Json.Default.IReadOnlyListPostalAddress);

    /// <summary>Reads what <see cref="Write(IReadOnlyList{ContactMechanism})"/> wrote.</summary>
    /// <remarks>Value by value: lists and searches read them by the hundred thousand, and the serializer takes several times longer over a record's constructor.</remarks>
    public static IReadOnlyList<ContactMechanism> ReadMechanisms(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            var reader = new Utf8JsonReader(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
            var mechanisms = new List<ContactMechanism>();
            reader.Read(); // the list's start
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                mechanisms.Add(ReadMechanism(ref reader));
            }

            return mechanisms;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Reads what <see cref="Write(IReadOnlyList{PostalAddress})"/> wrote.</summary>
    public static IReadOnlyList<PostalAddress> ReadAddresses(string text) =>
        text.Length == 0 ? [] : JsonSerializer.Deserialize(text, Json.Default.IReadOnlyListPostalAddress)!;

    private static ContactMechanism ReadMechanism(ref Utf8JsonReader reader)
    {
        var (kind, value, label) = (default(ContactMechanismKind), "", default(string));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("Kind"u8))
            {
                reader.Read();
                kind = (ContactMechanismKind)reader.GetInt32();
            }
            else if (reader.ValueTextEquals("Value"u8))
            {
                reader.Read();
                value = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("Label"u8))
            {
                reader.Read();
                label = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return new(kind, value, label);
    }

    // The generated writer is called by its handler: the serializer would not use it beside an encoder of one's own.
    private static string Write<T>(T list, JsonTypeInfo<T> type)
    {
        if (writing is not { } desk)
        {
            var made = new ArrayBufferWriter<byte>(512);
            writing = desk = (made, new(made, new JsonWriterOptions { Encoder = Json.Default.Options.Encoder, SkipValidation = true }));
        }

        desk.Bytes.ResetWrittenCount();
        desk.Json.Reset(desk.Bytes);
        type.SerializeHandler!(desk.Json, list);
        desk.Json.Flush();
        return Encoding.UTF8.GetString(desk.Bytes.WrittenSpan);
    }

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
