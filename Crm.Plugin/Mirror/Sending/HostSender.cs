using System.Data.Common;
using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Sending;

/// <summary>Opens the ERP of a connection; a connector that cannot be loaded is a <see cref="HostException"/> like any other refusal.</summary>
internal delegate Task<Contracts.IHost> OpenHost(ConnectionRecord connection, CancellationToken cancellation);

/// <summary>What is sent, and how the ledger tells it.</summary>
/// <param name="Connection">Where it goes; installed.</param>
/// <param name="HostKey">Of the counterparty whose it is.</param>
/// <param name="What">What the ledger calls it.</param>
/// <param name="Record">In the outbox.</param>
internal sealed record Parcel(ConnectionRecord Connection, string HostKey, string What, IOutgoing Record)
{
    /// <summary>The counterparty itself is sent: the ERP's answer is its key.</summary>
    public bool IsCounterparty { get; init; }
}

/// <summary>What came of a try.</summary>
internal enum SendingEnd
{
    /// <summary>The ERP has it.</summary>
    Taken,

    /// <summary>Nothing was asked: the ERP takes no such records from us.</summary>
    NotOffered,

    /// <summary>The ERP did not answer, or asks to wait: it is tried again by itself.</summary>
    Waits,

    /// <summary>Somebody has to act first.</summary>
    Refused,
}

/// <summary>What came of a try, and what the record has to keep of it.</summary>
/// <param name="End">Which of the four.</param>
/// <param name="Written">The ERP's answer; only when it was taken.</param>
/// <param name="Failure">Only when it waits or was refused.</param>
/// <param name="NextTryAt">Only when it waits.</param>
internal sealed record Sending(SendingEnd End, Written? Written = null, HostException? Failure = null, DateTimeOffset? NextTryAt = null);

/// <summary>Hands a record of ours to an ERP, and has outbox and ledger say the same of it.</summary>
internal sealed partial class HostSender(CrmDbContext database, OpenHost open, TimeProvider clock, ILogger<HostSender> log)
{
    /// <summary>Tries once.</summary>
    /// <typeparam name="TPort">Of the contracts: what takes it.</typeparam>
    /// <param name="parcel">Claimed by this process.</param>
    /// <param name="send">Asks the ERP; the same key in every try.</param>
    /// <param name="keep">Keeps what came of it at the record, in one transaction with the ledger's line.</param>
    /// <param name="cancellation">Cancels until the ERP has answered; the answer is kept all the same.</param>
    /// <returns>True when the ERP has it.</returns>
    public async Task<bool> SendAsync<TPort>(Parcel parcel, Func<TPort, Task<Written>> send, Func<Sending, CancellationToken, Task> keep, CancellationToken cancellation)
        where TPort : class
    {
        var sending = await TryAsync(parcel, send, cancellation);
        await using var transaction = await database.Database.BeginTransactionAsync(CancellationToken.None);
        await keep(sending, CancellationToken.None);
        await (sending switch
        {
            { Written: { } written } => NoteAsync(parcel, parcel.IsCounterparty ? written.Key.Value : parcel.HostKey, LedgerEvent.Confirmed, written.WasThere ? "was there" : null, CancellationToken.None),
            { End: SendingEnd.Refused, Failure: { } failure } => NoteAsync(parcel, parcel.HostKey, LedgerEvent.RefusedByHost, failure.Code, CancellationToken.None),
            _ => Task.CompletedTask,
        });
        await transaction.CommitAsync(CancellationToken.None);
        return sending.End == SendingEnd.Taken;
    }

    private async Task<Sending> TryAsync<TPort>(Parcel parcel, Func<TPort, Task<Written>> send, CancellationToken cancellation)
        where TPort : class
    {
        try
        {
            if ((await open(parcel.Connection, cancellation)).Find<TPort>() is not { } port)
            {
                return new(SendingEnd.NotOffered);
            }

            await NoteAsync(parcel, parcel.HostKey, LedgerEvent.Sent, null, cancellation);
            return new(SendingEnd.Taken, await send(port));
        }
        catch (Exception exception) when (exception is not (DbUpdateException or DbException) && !cancellation.IsCancellationRequested)
        {
            var failure = HostFailures.Of(exception); // also where a connector throws what it may not
            LogFailed(log, parcel.What, parcel.Record.Id, failure.Code, failure.Message);
            return failure.Failure == HostFailure.Unavailable
                ? new(SendingEnd.Waits, null, failure, clock.GetUtcNow() + BackOffRule.Wait(failure.Failure, parcel.Record.Attempts + 1, failure.RetryAfter, parcel.Record.Id % 100 / 100d)) // spread by its number, as by chance
                : new(SendingEnd.Refused, null, failure);
        }
    }

    private async Task NoteAsync(Parcel parcel, string hostKey, LedgerEvent what, string? detail, CancellationToken cancellation)
    {
        database.Add(new LedgerRecord
        {
            ConnectionId = parcel.Connection.Id, Entity = MirrorEntity.Counterparties, HostKey = hostKey, Event = what, Detail = detail is null ? parcel.What : $"{parcel.What}: {detail}", At = clock.GetUtcNow(),
        });
        await database.SaveChangesAsync(cancellation);
        database.ChangeTracker.Clear();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ERP did not take {What} {Id}: {Code} {Text}")]
    private static partial void LogFailed(ILogger logger, string what, long id, string code, string text);
}

/// <summary>Registers sending to ERPs.</summary>
internal static class SendingServices
{
    public static IServiceCollection AddSending(this IServiceCollection services)
    {
        services.AddScoped<HostSender>();
        return services.AddSingleton<OpenHost>(provider => async (connection, cancellation) =>
        {
            try
            {
                return await provider.GetRequiredService<HostPool>().OpenAsync(connection, cancellation);
            }
            catch (ManifestException exception)
            {
                throw new HostException(HostFailure.Refused, "mirror.connector-not-loaded", exception.Message, null, exception);
            }
        });
    }
}
