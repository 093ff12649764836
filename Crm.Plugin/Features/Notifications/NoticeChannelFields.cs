using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Ticked channels in a form.</summary>
internal static class NoticeChannelFields
{
    /// <summary>The ticked channels of a kind.</summary>
    public static NoticeChannels Channels(this TypedForm form, string kind) =>
        Enum.GetValues<NoticeChannels>().Where(c => c != NoticeChannels.None && form[$"{kind}-{c}"] == "on").Aggregate(NoticeChannels.None, (a, b) => a | b);
}
