# The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
# on standard output, a line each, flushed. What is not finite is written as text.
using JSON

include("rmsprop.jl")

const PRECISIONS = Dict("float64" => Float64, "float32" => Float32)

"A JSON number, or one of the texts NaN, Infinity and -Infinity."
number(value::AbstractString) = parse(Float64, value)
number(value::Real) = Float64(value)

"A float is widened to a double, which is written as the shortest decimal that reads back."
function written(x::AbstractFloat)
    isfinite(x) && return Float64(x)
    return isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity"
end

read_arrays(T, arrays) = Arrays{T}(name => T[number(x) for x in row] for (name, row) in arrays)
written_arrays(arrays) = Dict(name => Any[written(x) for x in row] for (name, row) in arrays)

function run_scenario(request, ::Type{T}) where {T}
    weights = read_arrays(T, request["weights"])
    averages = Arrays{T}(name => zeros(T, length(w)) for (name, w) in weights)
    given = (T(number(request[key])) for key in ("learning_rate", "decay_rate", "epsilon"))
    optimizer = RMSProp{T}(given..., averages)
    after, averages_after = Any[], Any[]
    for gradients in request["gradients"]
        step!(optimizer, read_arrays(T, gradients), weights)
        push!(after, written_arrays(weights))
        push!(averages_after, written_arrays(averages))
    end
    return Dict{String,Any}("weights" => after, "moving_average" => averages_after)
end

function answered(request)
    asked = request["do"]
    if asked == "describe" && haskey(request, "echo")
        return Dict{String,Any}("echo" => Any[written(number(x)) for x in request["echo"]])
    elseif asked == "describe"
        return Dict{String,Any}(
            "protocol" => 1, "name" => "rmsprop", "language" => "julia",
            "precision" => collect(keys(PRECISIONS)), "echo" => true, "state" => true,
        )
    elseif asked != "run"
        return Dict{String,Any}("error" => "unknown request $asked")
    elseif !isempty(request["options"])
        name = first(keys(request["options"]))
        return Dict{String,Any}("unsupported" => "it takes no option $name")
    elseif !haskey(PRECISIONS, request["precision"])
        precision = request["precision"]
        return Dict{String,Any}("unsupported" => "it does not compute in $precision")
    end
    return run_scenario(request, PRECISIONS[request["precision"]])
end

for line in eachline(stdin)
    request = JSON.parse(line)
    request["do"] == "quit" && break
    reply = try
        answered(request)
    catch error
        Dict{String,Any}("error" => sprint(showerror, error))
    end
    reply["id"] = request["id"]
    println(stdout, JSON.json(reply))
    flush(stdout)
end
