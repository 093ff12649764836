using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Letters of nobody known may be anybody's: only who may read every counterparty sorts and reads them.</summary>
internal static class MailSorters
{
    public static bool Has(CurrentUser user) => user.Rights.ReadScope == Scope.All;

    /// <summary>Leads others to the letters that they sent.</summary>
    public static async ValueTask<object?> OnlyAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Has(context.HttpContext.RequestServices.GetRequiredService<CurrentUser>()) ? await next(context)
        : HttpMethods.IsGet(context.HttpContext.Request.Method) ? TypedResults.Redirect("/mail/outbox")
        : Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden });
}
