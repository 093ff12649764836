using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Crm.Plugin.Features.Api;

/// <summary>What /openapi/v1.json says beyond the endpoints themselves.</summary>
internal static class ApiDescription
{
    public static void Describe(OpenApiOptions options)
    {
        options.ShouldInclude = api => api.RelativePath?.StartsWith("api/v1", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "CRM",
                Version = "1",
                Description = "Counterparties, contacts, orders and classes as the user of the token may see them. Amounts are decimal strings, days are ISO dates, "
                    + "instants are UTC. Lists page by key: send 'next' of an answer as 'after' of the following question. Refusals are problem+json with a stable 'code'.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
            document.Components.SecuritySchemes[BearerHandler.Name] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "A token made by 'crm token create --user LOGIN'. It has the rights of its user.",
            };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(BearerHandler.Name, document)] = [] }];
            return Task.CompletedTask;
        });
    }
}
