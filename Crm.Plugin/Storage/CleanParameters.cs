using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Crm.Plugin.Storage;

/// <summary>Cleans every text on its way to the database, typed, asked for or received: see <see cref="CleanText"/>. Otherwise one such letter in a field or in an address would be a failure nobody can explain.</summary>
internal sealed class CleanParameters : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Clean(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return new(result);
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Clean(command);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return new(result);
    }

    public override InterceptionResult<object> ScalarExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<object> result)
    {
        Clean(command);
        return result;
    }

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default)
    {
        Clean(command);
        return new(result);
    }

    /// <summary>The value as it may travel.</summary>
    public static object Of(object value) => value switch
    {
        string text => CleanText.Of(text),
        IReadOnlyList<string> texts when texts.Any(t => t is not null && !ReferenceEquals(CleanText.Of(t), t)) => texts.Select(t => t is null ? t : CleanText.Of(t)).ToArray(),
        _ => value,
    };

    private static void Clean(DbCommand command)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            if (parameter.Value is string or IReadOnlyList<string> && Of(parameter.Value) is var clean && !ReferenceEquals(clean, parameter.Value))
            {
                parameter.Value = clean;
            }
        }
    }
}
