using System.Data.Common;

namespace Crm.Plugin.Storage;

/// <summary>Questions that do not wait for each other's answers: asked in one round trip where the database is a process of its own.</summary>
/// <remarks>Any feature may add its question before <see cref="RunAsync"/>, and takes its rows after it.</remarks>
internal sealed class ReadBatch(CrmDbContext database)
{
    private readonly List<(string Sql, IEnumerable<(string Name, object? Value)> Parameters, IAnswer Answer)> questions = [];

    private interface IAnswer
    {
        Task ReadAsync(DbDataReader reader, CancellationToken cancellation);
    }

    /// <summary>Adds a question; its rows are there when the batch has run.</summary>
    /// <param name="sql">One statement, bounded by itself; parameters are named with @ and are this statement's own.</param>
    /// <param name="parameters">What it names.</param>
    /// <param name="row">Makes an answer of one row.</param>
    public Answer<T> Ask<T>(string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> row)
    {
        var answer = new Answer<T>(row);
        questions.Add((sql, parameters, answer));
        return answer;
    }

    /// <summary>Asks everything that was added since it last ran.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (questions.Count == 0)
        {
            return;
        }

        var connection = await database.OpenAsync(cancellation);
        if (connection.CanCreateBatch)
        {
            await using var batch = connection.CreateBatch();
            foreach (var (sql, parameters, _) in questions)
            {
                var command = batch.CreateBatchCommand();
                command.CommandText = sql;
                Query.Fill(command.Parameters, command.CreateParameter, parameters);
                batch.BatchCommands.Add(command);
            }

            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            foreach (var (_, _, answer) in questions)
            {
                await answer.ReadAsync(reader, cancellation);
                await reader.NextResultAsync(cancellation);
            }
        }
        else
        {
            foreach (var (sql, parameters, answer) in questions)
            {
                await using var command = await database.CommandAsync(sql, parameters, cancellation);
                await using var reader = await command.ExecuteReaderAsync(cancellation);
                await answer.ReadAsync(reader, cancellation);
            }
        }

        questions.Clear();
    }

    /// <summary>What one question brings.</summary>
    internal sealed class Answer<T>(Func<DbDataReader, T> row) : IAnswer
    {
        private List<T>? rows;

        /// <summary>In the order of the statement.</summary>
        /// <exception cref="InvalidOperationException">The batch has not run.</exception>
        public IReadOnlyList<T> Rows => rows ?? throw new InvalidOperationException("The batch of this question has not run.");

        async Task IAnswer.ReadAsync(DbDataReader reader, CancellationToken cancellation) => rows = await Query.RowsAsync(reader, row, cancellation);
    }
}
