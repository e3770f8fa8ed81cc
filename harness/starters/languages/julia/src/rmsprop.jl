const Arrays{T} = Dict{String,Vector{T}}

"RMSProp: each gradient is divided by the root of a moving average of its square."
struct RMSProp{T<:AbstractFloat}
    learning_rate::T
    decay_rate::T
    epsilon::T
    "Of the squared gradients, one array for each array of weights."
    moving_average::Arrays{T}
end

"Change the weights in place. An array without a gradient takes no part in the step."
function step!(optimizer::RMSProp{T}, gradients::Arrays{T}, weights::Arrays{T}) where {T}
    d = optimizer.decay_rate
    for (name, g) in gradients
        w = weights[name]
        v = get!(() -> zeros(T, length(g)), optimizer.moving_average, name)
        for i in eachindex(g)
            v[i] = d * v[i] + (one(T) - d) * (g[i] * g[i])
            w[i] -= optimizer.learning_rate * g[i] / (sqrt(v[i]) + optimizer.epsilon)
        end
    end
end
