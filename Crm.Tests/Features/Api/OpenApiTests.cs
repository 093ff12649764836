using Crm.Tests.App;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_DescribesEveryOperationOfTheApiAndNothingElse()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = app.Client();

        var document = await client.JsonAsync("/openapi/v1.json");

        var paths = document.GetProperty("paths").EnumerateObject().ToList();
        Assert.All(paths, p => Assert.StartsWith("/api/v1/", p.Name, StringComparison.Ordinal));
        foreach (var operation in paths.SelectMany(p => p.Value.EnumerateObject()))
        {
            Assert.False(string.IsNullOrEmpty(operation.Value.GetProperty("summary").GetString()));
            Assert.All(
                operation.Value.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().ToList() : [],
                p => Assert.False(string.IsNullOrEmpty(p.GetProperty("description").GetString()), p.ToString()));
        }

        Assert.Equal("http", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("Bearer").GetProperty("type").GetString());
        Assert.True(document.GetProperty("security")[0].TryGetProperty("Bearer", out _));
    }
}
