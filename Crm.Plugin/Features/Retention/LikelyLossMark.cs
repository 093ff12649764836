using System.Data.Common;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;

namespace Crm.Plugin.Features.Retention;

/// <summary>A customer whom the last evaluation announced as likely to be lost: what lists are narrowed by.</summary>
public sealed class LikelyLossMark
{
    public long CounterpartyId { get; set; }

    /// <summary>Puts these in place of those of before, in the caller's transaction.</summary>
    /// <param name="database">Its connection writes.</param>
    /// <param name="transaction">The caller's.</param>
    /// <param name="ids">Each once.</param>
    /// <param name="cancellation">Cancels the writing.</param>
    internal static async Task ReplaceAsync(CrmDbContext database, DbTransaction transaction, IReadOnlyList<long> ids, CancellationToken cancellation)
    {
        await database.Set<LikelyLossMark>().ExecuteDeleteAsync(cancellation);
        var connection = database.Database.GetDbConnection();
        if (connection is NpgsqlConnection postgres)
        {
            await using var import = await postgres.BeginBinaryImportAsync("COPY likely_loss (counterparty_id) FROM STDIN (FORMAT BINARY)", cancellation);
            foreach (var id in ids)
            {
                await import.StartRowAsync(cancellation);
                await import.WriteAsync(id, NpgsqlDbType.Bigint, cancellation);
            }

            await import.CompleteAsync(cancellation);
            return;
        }

        await using var insert = ((SqliteConnection)connection).CreateCommand();
        (insert.Transaction, insert.CommandText) = ((SqliteTransaction)transaction, "INSERT INTO likely_loss (counterparty_id) VALUES (@id)");
        var parameter = insert.Parameters.Add("@id", SqliteType.Integer);
        foreach (var id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            parameter.Value = id;
            insert.ExecuteNonQuery();
        }
    }

    internal sealed class Configuration : IEntityTypeConfiguration<LikelyLossMark>
    {
        public void Configure(EntityTypeBuilder<LikelyLossMark> builder)
        {
            builder.ToTable("likely_loss").HasKey(m => m.CounterpartyId);
            builder.Property(m => m.CounterpartyId).ValueGeneratedNever();
        }
    }
}
