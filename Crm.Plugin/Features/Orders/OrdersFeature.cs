using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Orders;

/// <summary>Sales orders as the ERP has them.</summary>
internal static class OrdersFeature
{
    private const int PageSize = 50;

    public static IServiceCollection AddOrders(this IServiceCollection services) => services
        .AddScoped<OrderStore>()
        .AddScoped<OrderExport>()
        .AddSingleton(new MenuEntry("/orders", "Orders", "file-invoice", 30, _ => true));

    public static void MapOrders(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/orders", ListAsync);
        routes.MapGet("/orders/export", ExportAsync);
        routes.MapGet("/orders/{id:long}", CardAsync);
    }

    public static OrderFilter Filter(IQueryCollection query) => new(
        long.TryParse(query["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var counterparty) ? counterparty : null,
        Enum.TryParse<OrderState>(query["state"], ignoreCase: true, out var state) && Enum.IsDefined(state) ? state : null,
        DateOnly.TryParseExact(query["from"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var from) ? from : null,
        DateOnly.TryParseExact(query["to"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var to) ? to : null);

    private static async Task<IResult> ListAsync(HttpRequest request, OrderStore store, CancellationToken cancellation)
    {
        var filter = Filter(request.Query);
        var list = await store.ListAsync(filter, request.Query["after"], PageSize, cancellation);
        return request.IsPart() && request.Query.ContainsKey("after")
            ? Screen.Of<OrderRows>(new { List = list, Filter = filter })
            : Screen.Of<OrdersPage>(new { List = list, Filter = filter });
    }

    private static Task ExportAsync(HttpContext http, OrderExport export, CurrentUser user, CancellationToken cancellation) =>
        user.Rights.ExportScope == Scope.None
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden }).ExecuteAsync(http)
            : export.WriteAsync(http, Filter(http.Request.Query), http.Request.Query["format"] == "csv", cancellation);

    private static async Task<IResult> CardAsync(long id, OrderStore store, CancellationToken cancellation) =>
        await store.FindAsync(id, cancellation) is { } order
            ? Screen.Of<OrderPage>(new { Order = order, Items = await store.ItemsAsync(id, cancellation) })
            : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
}
