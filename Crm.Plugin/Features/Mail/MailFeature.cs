using Crm.Plugin.Features.Mail.Conversations;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Mail;

/// <summary>E-mail out and in.</summary>
internal static class MailFeature
{
    /// <param name="services">Of the plugin.</param>
    /// <param name="carries">Whether this process sends and fetches.</param>
    public static IServiceCollection AddMail(this IServiceCollection services, bool carries)
    {
        services.AddSingleton<MailTrust>().AddSingleton<MailFiles>().AddSingleton<MailWatches>();
        services.AddScoped<MailAccounts>().AddScoped<MailSender>().AddScoped<MailWriter>().AddScoped<MailRecipients>().AddScoped<ComposeServices>().AddScoped<UnsubscribeLinks>();
        services.AddScoped<MailMatcher>().AddScoped<MailCandidates>().AddScoped<MailBounces>().AddScoped<MailIntake>().AddScoped<FolderMail>().AddScoped<ImapMail>().AddScoped<MailFetcher>().AddScoped<MailPreview>().AddScoped<Conversation>();
        services.AddScoped<Counterparties.ITimelineSource, BounceTimeline>();
        services.AddScoped<ContactLog.IInteractionText, LetterText>();
        services.AddSingleton(new MenuEntry("/mail", "E-mail", "mail", 28, _ => true));
        if (carries)
        {
            services.AddHostedService<MailSchedule>();
            services.AddHostedService<MailListener>();
            services.AddHostedService<MailWatch>();
        }

        return services;
    }

    public static void MapMail(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/mail");
        screens.MapGet("", MailInboxEndpoints.QueueAsync).AddEndpointFilter(MailSorters.OnlyAsync);
        screens.MapGet("/{id:long}", MailInboxEndpoints.ShowAsync);
        screens.MapGet("/{id:long}/files/{no:int}", MailInboxEndpoints.FileAsync);
        screens.MapGet("/of-interaction/{id:long}", SentLetterEndpoints.OfInteractionAsync);
        screens.MapPost("/{id:long}/assign", MailInboxEndpoints.AssignAsync).AddEndpointFilter(MailSorters.OnlyAsync);
        screens.MapPost("/{id:long}/ignore", MailInboxEndpoints.IgnoreAsync).AddEndpointFilter(MailSorters.OnlyAsync);
        screens.MapGet("/sent/{id:long}", SentLetterEndpoints.ShowAsync);
        screens.MapGet("/sent/{id:long}/files/{no:int}", SentLetterEndpoints.FileAsync);
        screens.MapGet("/new", MailComposeEndpoints.NewAsync);
        screens.MapPost("/send", MailComposeEndpoints.SendAsync);
        screens.MapGet("/outbox", MailBoxEndpoints.OutboxAsync);
        screens.MapPost("/outbox/{id:long}/again", MailBoxEndpoints.AgainAsync);
        screens.MapPost("/outbox/{id:long}/right", MailBoxEndpoints.AddressIsRightAsync);
        screens.MapGet("/templates", MailBoxEndpoints.TemplatesAsync);
        screens.MapPost("/templates", MailBoxEndpoints.SaveTemplateAsync);
        screens.MapPost("/templates/{id:long}/remove", MailBoxEndpoints.RemoveTemplateAsync);
        screens.MapGet("/accounts", MailAccountEndpoints.ShowAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/accounts", MailAccountEndpoints.SaveAsync).RequireAuthorization(Policies.Administrator);
        screens.MapGet("/accounts/{id:long}/outlook", MailAccountEndpoints.LookAsync).RequireAuthorization(Policies.Administrator);
        screens.MapPost("/accounts/{id:long}/begin", MailAccountEndpoints.BeginAsync).RequireAuthorization(Policies.Administrator);
        routes.MapGet("/unsubscribe/{token}", UnsubscribeLinks.Show).AllowAnonymous();
        // The address itself proves who asks, and a mail program's one click carries no page of ours.
        routes.MapPost("/unsubscribe/{token}", (string token, UnsubscribeLinks links, CancellationToken cancellation) => links.UnsubscribeAsync(token, cancellation)).AllowAnonymous().DisableAntiforgery();
    }
}
