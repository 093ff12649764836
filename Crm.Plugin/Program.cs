using Crm.Plugin.Shell;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = Environment.GetEnvironmentVariable("CRM_DATA") ?? "data", Database = Environment.GetEnvironmentVariable("CRM_DATABASE") });
var app = builder.Build();
app.MapCrmPlugin();
await app.Services.PrepareCrmPluginAsync(CancellationToken.None);
await app.RunAsync();
