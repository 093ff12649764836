using System.Text.Json;
using System.Text.Json.Serialization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>How far a read has come. Written as compact JSON; a stored one must stay readable for ever.</summary>
internal sealed record TrytonCursor
{
    /// <summary>Every change before this stamp has been delivered.</summary>
    [JsonPropertyName("w")]
    public long Watermark { get; init; }

    /// <summary>First read: the last id delivered; −1 when the first read is over.</summary>
    [JsonPropertyName("f")]
    public long First { get; init; } = -1;

    /// <summary>Taken at the start of the incremental read that is under way; zero between two.</summary>
    [JsonPropertyName("t")]
    public long Target { get; init; }

    /// <summary>Which of the entity's change queries the incremental read is in.</summary>
    [JsonPropertyName("s")]
    public int Step { get; init; }

    /// <summary>The last changed id seen in that step.</summary>
    [JsonPropertyName("i")]
    public long After { get; init; }

    /// <summary>Rows delivered so far, for the progress bar.</summary>
    [JsonPropertyName("n")]
    public long Done { get; init; }

    [JsonIgnore]
    public bool IsFirst => First >= 0;

    public override string ToString() => JsonSerializer.Serialize(this, Format);

    public static TrytonCursor Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<TrytonCursor>(text, Format) is { Watermark: >= 0 } cursor ? cursor : throw Bad(null);
        }
        catch (JsonException e)
        {
            throw Bad(e);
        }
    }

    private static HostException Bad(Exception? inner) =>
        new(HostFailure.Unreadable, "tryton.bad-cursor", "The stored position is not one of this connector's; read this connection from the start.", inner: inner);

    private static readonly JsonSerializerOptions Format = new() { DefaultIgnoreCondition = JsonIgnoreCondition.Never };
}
