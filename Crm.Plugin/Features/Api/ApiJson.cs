using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Features.Api;

/// <summary>How answers are written: amounts as decimal strings, days as 2026-11-22, instants in UTC, names as readable text.</summary>
internal static class ApiJson
{
    /// <summary>The host's own JSON settings are left alone.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static JsonHttpResult<T> Answer<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, Options, statusCode: status);

    /// <summary>"1234.5": no more decimals than the amount has.</summary>
    public static string Amount(long e4) => Storage.Amount.FromE4(e4).ToString("0.####", CultureInfo.InvariantCulture);

    /// <inheritdoc cref="Amount(long)"/>
    public static string? Amount(long? e4) => e4 is { } value ? Amount(value) : null;
}

/// <summary>An enumeration as a word: "confirmed", "commercialDirector".</summary>
internal sealed class Word<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum
{
    /// <summary>Reads a word of a question; nothing asked is null. Numbers are no words.</summary>
    public static bool TryRead(string? word, out T? value)
    {
        value = Enum.GetValues<T>().Where(v => Text(v).Equals(word, StringComparison.OrdinalIgnoreCase)).Select(v => (T?)v).FirstOrDefault();
        return string.IsNullOrEmpty(word) || value is not null;
    }

    /// <summary>The refusal of a word that there is not.</summary>
    public static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Unknown(string parameter) => ApiProblem.Of(
        StatusCodes.Status400BadRequest, "bad-parameter", $"'{parameter}' must be one of: {string.Join(", ", Enum.GetValues<T>().Select(Text))}.");

    private static string Text(T value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
