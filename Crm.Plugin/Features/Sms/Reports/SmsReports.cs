using System.Globalization;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Reports;

/// <summary>What became of a report.</summary>
internal enum SmsReportFate
{
    /// <summary>It is no end, or says what was known.</summary>
    Nothing,

    /// <summary>The message has another fate now.</summary>
    Noted,

    /// <summary>No message has this number.</summary>
    Unknown,
}

/// <summary>Notes what gateways report. Repeated and in whatever order: delivered stands for ever, and goes before undeliverable.</summary>
internal sealed class SmsReports(CrmDbContext database, TimeProvider clock)
{
    /// <param name="report">As read.</param>
    /// <param name="byGatewayKey">Whether the gateway's own number is meant, not the one that travelled with the message.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<SmsReportFate> NoteAsync(SmsReport report, bool byGatewayKey, CancellationToken cancellation)
    {
        var id = long.TryParse(report.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var meant = database.Set<SmsOut>().Where(m => byGatewayKey ? m.GatewayKey == report.Key : m.Id == id);
        if (report.Delivery == SmsDelivery.Unknown)
        {
            return await meant.AnyAsync(cancellation) ? SmsReportFate.Nothing : SmsReportFate.Unknown;
        }

        DateTimeOffset? now = clock.GetUtcNow();
        var (delivery, word) = (report.Delivery, CleanText.Of(report.Word));
        // The gateway knows the message, so it has it, whatever the answer said that was lost: it is not sent once more.
        var noted = await meant.Where(m => m.Delivery != SmsDelivery.Delivered && m.Delivery != delivery).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Delivery, delivery).SetProperty(x => x.DeliveryAt, now).SetProperty(x => x.DeliveryWord, word)
                .SetProperty(x => x.State, SmsState.Sent).SetProperty(x => x.SentAt, x => x.SentAt ?? now).SetProperty(x => x.Error, (string?)null), cancellation);
        return noted > 0 ? SmsReportFate.Noted : await meant.AnyAsync(cancellation) ? SmsReportFate.Nothing : SmsReportFate.Unknown;
    }

    /// <summary>Whether a message is just being handed over, so that its number in the gateway may not be kept yet.</summary>
    public Task<bool> IsHandingOverAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.Set<SmsOut>().AnyAsync(m => m.State == SmsState.Queued && m.Attempts > 0 && m.NextAt > now && m.Error == null, cancellation);
    }
}
